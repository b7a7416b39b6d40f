//! Types of values, known before the first record.
//!
//! Takes declarations, gives [`Type`] and [`Schema`]. Must never know a value.

use std::fmt;
use std::sync::Arc;

/// The type of an expression or field.
#[derive(Clone, PartialEq, Debug)]
pub enum Type {
    /// Unicode text.
    Text,
    /// An exact decimal number.
    Decimal,
    /// An exact amount in a currency.
    Money,
    /// A whole number.
    Integer,
    /// True or false.
    Boolean,
    /// A calendar date.
    Date,
    /// Rows of one schema.
    List(Arc<Schema>),
    /// One row of a list, or the record itself.
    Row(Arc<Schema>),
}

impl Type {
    /// The types a `<field>` can have, by the name layouts use.
    pub const SCALARS: &'static [(&'static str, Type)] = &[
        ("text", Type::Text),
        ("decimal", Type::Decimal),
        ("money", Type::Money),
        ("integer", Type::Integer),
        ("boolean", Type::Boolean),
        ("date", Type::Date),
    ];

    /// The scalar type with this name.
    pub fn parse_scalar(name: &str) -> Option<Type> {
        Type::SCALARS.iter().find(|(n, _)| *n == name).map(|(_, t)| t.clone())
    }

    /// The word for it in messages.
    pub fn name(&self) -> &'static str {
        match self {
            Type::Text => "text",
            Type::Decimal => "decimal",
            Type::Money => "money",
            Type::Integer => "integer",
            Type::Boolean => "boolean",
            Type::Date => "date",
            Type::List(_) => "list",
            Type::Row(_) => "row",
        }
    }

    /// Whether it can be added, negated and compared as a number.
    pub fn is_numeric(&self) -> bool {
        matches!(self, Type::Decimal | Type::Money | Type::Integer)
    }
}

impl Type {
    /// Its name as a sentence has it: `a text`, `an integer`, `money`.
    pub fn with_article(&self) -> String {
        match self {
            Type::Money => "money".to_string(),
            Type::Integer => "an integer".to_string(),
            other => format!("a {other}"),
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One named, typed slot of a [`Schema`].
#[derive(Clone, PartialEq, Debug)]
pub struct Field {
    /// Its name; dots group fields (`customer.name`) but there is no nesting behind them.
    pub name: String,
    /// Its type; never [`Type::Row`].
    pub kind: Type,
    /// Whether a record may lack it. Then its value is [`super::Value::Null`].
    pub optional: bool,
}

/// The fields of a record or of the rows of a list; a value has the index of its field.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Schema {
    /// In the order of declaration.
    pub fields: Vec<Field>,
}

impl Schema {
    /// The index of a field.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }

    /// Whether some field is named `prefix.…`.
    pub fn has_group(&self, prefix: &str) -> bool {
        self.fields.iter().any(|f| f.name.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('.')))
    }

    /// All field names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|f| f.name.as_str())
    }
}
