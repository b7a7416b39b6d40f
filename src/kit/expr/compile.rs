//! Syntax tree → typed tree with every name resolved.

mod call;
mod catalogue;

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use super::builtin::{self, Builtin};
use super::codes::CodeTable;
use super::filter::{self, FILTERS, Format, NumberStyle};
use super::parse::{Ast, AstKind, Operator, parse};
use super::types::{Schema, Type};
use super::{ExprFault, InCatalogue};
use crate::base::code;
use crate::base::diagnostic::Diagnostic;
use crate::base::money::{Decimal, parse_decimal};
use crate::kit::catalogue::{Category, Plurals, Texts};
use crate::kit::text::Direction;

/// A compiled expression.
#[derive(Clone, PartialEq, Debug)]
pub struct Expr {
    pub(super) node: Node,
    kind: Type,
    is_constant: bool,
    uses_page: bool,
}

/// A resolved node.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Node {
    Null,
    Text(String),
    Decimal(Decimal),
    Integer(i64),
    Boolean(bool),
    Variable(usize),
    Field(usize, usize),
    Local(usize),
    LocalField(usize, usize),
    Member(Box<Node>, usize),
    Page,
    Pages,
    Running(usize),
    Unary(Operator, Box<Node>),
    Binary(Operator, Box<Node>, Box<Node>),
    Conditional(Box<Node>, Box<Node>, Box<Node>),
    In(Box<Node>, Vec<Node>),
    Format(Box<Node>, Format),
    Lookup(Arc<CodeTable>, Box<Node>),
    /// A text of the catalogues: one node per language.
    Texts(Vec<Node>),
    /// Texts one after the other.
    Sequence(Vec<Node>),
    /// One of several texts.
    Choice(Box<Choice>),
    /// A text of the data inside a text of this direction.
    Isolated(Box<Node>, Direction),
    /// A function of the rows of a list: the function, the list, what is computed per row, an option.
    Rows(Builtin, Box<Node>, Option<Box<Node>>, bool),
    Call(Builtin, Vec<Node>),
}

/// A selector of a catalogue text.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Choice {
    /// What chooses.
    pub(super) by: Node,
    /// How it does.
    pub(super) rule: Rule,
    /// Keys and texts, in the order they are tried.
    pub(super) variants: Vec<(Key, Node)>,
    /// The text where no key fits.
    pub(super) default: usize,
}

/// How a value chooses among texts.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Rule {
    /// By what it is.
    Value,
    /// As a number too, by its plural category as it is printed; `true`: its ordinal one.
    Plural(Arc<Plurals>, bool, NumberStyle),
}

/// The key of a choice.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Key {
    Text(String),
    Boolean(bool),
    Number(Decimal),
    Category(Category),
}

impl Expr {
    /// The text it is, if it is that of a catalogue in one language that no record changes.
    pub fn fixed_text(&self) -> Option<&str> {
        match &self.node {
            Node::Texts(languages) => match languages.as_slice() {
                [Node::Text(text)] => Some(text),
                _ => None,
            },
            _ => None,
        }
    }

    /// Its type.
    pub fn kind(&self) -> &Type {
        &self.kind
    }
    /// Whether no record can change it.
    pub fn is_constant(&self) -> bool {
        self.is_constant
    }
    /// Whether it names the page or the number of pages.
    pub fn uses_page(&self) -> bool {
        self.uses_page
    }
}

/// The names an expression sees.
#[derive(Clone, Debug)]
pub struct Scope {
    variables: Vec<(String, Type)>,
    allow_page: bool,
    running: Option<Vec<Expr>>,
    outer_running: Vec<Option<Vec<Expr>>>,
    most: usize,
    tables: Arc<[(String, Arc<CodeTable>)]>,
    texts: Option<Arc<Texts>>,
    texts_used: BTreeSet<String>,
    texts_told: BTreeSet<(Option<InCatalogue>, String)>,
    warnings: Vec<Diagnostic>,
}

impl Scope {
    /// The fields of a record, visible without a prefix; variable 0 is the record itself.
    pub fn new(root: Arc<Schema>) -> Scope {
        Scope {
            variables: vec![(String::new(), Type::Row(root))],
            allow_page: false,
            running: None,
            outer_running: Vec::new(),
            most: 1,
            tables: Arc::new([]),
            texts: None,
            texts_used: BTreeSet::new(),
            texts_told: BTreeSet::new(),
            warnings: Vec::new(),
        }
    }

    /// Adds a name; gives the index of its variable.
    pub fn push(&mut self, name: &str, kind: Type) -> usize {
        self.variables.push((name.to_string(), kind));
        self.most = self.most.max(self.variables.len());
        self.variables.len() - 1
    }

    /// Gives the tables that `lookup` knows, by name.
    pub fn set_tables(&mut self, tables: Arc<[(String, Arc<CodeTable>)]>) {
        self.tables = tables;
    }

    /// Gives the texts that `text` knows.
    pub fn set_texts(&mut self, texts: Arc<Texts>) {
        self.texts = Some(texts);
    }

    /// The names of the texts that expressions have used, themselves or through others.
    pub fn texts_used(&self) -> &BTreeSet<String> {
        &self.texts_used
    }

    /// What is to be said of texts that were used, but is no fault.
    pub fn take_warnings(&mut self) -> Vec<Diagnostic> {
        std::mem::take(&mut self.warnings)
    }

    fn table(&self, name: &str) -> Option<Arc<CodeTable>> {
        self.tables.iter().find(|(known, _)| known == name).map(|(_, table)| table.clone())
    }

    /// Removes the last name.
    pub fn pop(&mut self) {
        assert!(self.variables.len() > 1, "the record stays");
        self.variables.pop();
    }

    /// Whether `name` is taken by a variable.
    pub fn has_variable(&self, name: &str) -> bool {
        self.variables.iter().any(|(known, _)| known == name)
    }

    /// The most variables there were at a time: the size of an environment.
    pub fn variables_max(&self) -> usize {
        self.most
    }

    /// Allows `page` and `pages`.
    pub fn allow_page(&mut self, allow: bool) {
        self.allow_page = allow;
    }

    /// Starts collecting `running(...)`; tables nest.
    pub fn begin_running(&mut self) {
        self.outer_running.push(self.running.replace(Vec::new()));
    }

    /// The expressions collected since the last [`Scope::begin_running`].
    pub fn end_running(&mut self) -> Vec<Expr> {
        let outer = self.outer_running.pop().flatten();
        std::mem::replace(&mut self.running, outer).unwrap_or_default()
    }

    fn record(&self) -> &Arc<Schema> {
        match &self.variables[0].1 {
            Type::Row(schema) => schema,
            _ => unreachable!("variable 0 is a row by construction"),
        }
    }
}

/// Compiles the text of an expression, or gives all its faults.
pub fn compile(text: &str, scope: &mut Scope) -> Result<Expr, Vec<ExprFault>> {
    let ast = parse(text).map_err(|fault| vec![fault])?;
    let mut compiler = Compiler { scope, locals: Vec::new(), faults: Vec::new(), is_constant: true, uses_page: false };
    let compiled = compiler.node(&ast);
    if !compiler.faults.is_empty() {
        return Err(compiler.faults);
    }
    let (node, kind) = compiled.expect("an expression without faults has a value");
    let (is_constant, uses_page) = (compiler.is_constant, compiler.uses_page);
    Ok(Expr { node, kind, is_constant, uses_page })
}

struct Compiler<'s> {
    scope: &'s mut Scope,
    locals: Vec<Arc<Schema>>,
    faults: Vec<ExprFault>,
    is_constant: bool,
    uses_page: bool,
}

type Compiled = Option<(Node, Type)>;

impl Compiler<'_> {
    fn fault(&mut self, fault: ExprFault) -> Compiled {
        self.faults.push(fault);
        None
    }

    fn wrong(&mut self, range: &Range<usize>, message: impl Into<String>) -> Compiled {
        self.fault(ExprFault::new(range.clone(), &code::EXPR_TYPE, message))
    }

    fn node(&mut self, ast: &Ast) -> Compiled {
        match &ast.kind {
            AstKind::Number(number) if !number.contains('.') && number.len() <= 18 => Some((Node::Integer(number.parse().ok()?), Type::Integer)),
            AstKind::Number(number) => match parse_decimal(number.as_bytes()) {
                Ok(decimal) => Some((Node::Decimal(decimal), Type::Decimal)),
                Err(error) => self.fault(ExprFault::new(ast.range.clone(), &code::EXPR_SYNTAX, format!("`{number}`: {error}"))),
            },
            AstKind::Text(text) => Some((Node::Text(text.clone()), Type::Text)),
            AstKind::Boolean(value) => Some((Node::Boolean(*value), Type::Boolean)),
            AstKind::Null => Some((Node::Null, Type::Text)),
            AstKind::Path(parts) => {
                let (node, kind, rest) = self.path(parts, &ast.range)?;
                if rest < parts.len() {
                    let list = parts[..rest].iter().map(|(n, _)| n.as_str()).collect::<Vec<_>>().join(".");
                    return match kind {
                        Type::List(_) => self.fault(
                            ExprFault::new(ast.range.clone(), &code::EXPR_TYPE, format!("`{list}` is a list; its fields belong to its rows"))
                                .hint(format!("use a function such as `sum({})` or a `for`", ast_text(parts))),
                        ),
                        _ => self.wrong(&parts[rest].1, format!("a {kind} has no fields")),
                    };
                }
                Some((node, kind))
            }
            AstKind::Member(inner, field) => {
                let (node, kind) = self.node(inner)?;
                let Type::Row(schema) = kind else { return self.wrong(&ast.range, format!("a {kind} has no fields")) };
                match schema.find(field) {
                    Some(index) => Some((Node::Member(Box::new(node), index), schema.fields[index].kind.clone())),
                    None => {
                        let range = ast.range.end - field.len()..ast.range.end;
                        self.fault(
                            ExprFault::new(range, &code::EXPR_UNKNOWN_FIELD, format!("the row has no field `{field}`"))
                                .suggest(field, schema.names()),
                        )
                    }
                }
            }
            AstKind::Named(name, value) => {
                self.node(value);
                let range = ast.range.start..ast.range.start + name.len();
                let fault = ExprFault::new(range, &code::EXPR_ARGUMENTS, format!("`{name}:` names a value, and only those of `text` have names"));
                self.fault(fault.hint("write the value alone"))
            }
            AstKind::Call(name, range, arguments) => self.call(name, range, arguments, &ast.range),
            AstKind::Unary(operator, operand) => {
                let (node, kind) = self.node(operand)?;
                match operator {
                    Operator::Not if kind == Type::Boolean => Some((Node::Unary(*operator, Box::new(node)), kind)),
                    Operator::Not => self.wrong(&operand.range, format!("`not` wants a boolean, this is {}", kind.with_article())),
                    _ if kind.is_numeric() => Some((Node::Unary(*operator, Box::new(node)), kind)),
                    _ => self.wrong(&operand.range, format!("a {kind} cannot be negated")),
                }
            }
            AstKind::Binary(operator, left, right) => {
                let (left_node, right_node) = (self.node(left), self.node(right));
                let ((left_node, left_kind), (right_node, right_kind)) = (left_node?, right_node?);
                let is_null = left_node == Node::Null || right_node == Node::Null;
                let kind = self.operation(*operator, &left_kind, &right_kind, is_null, &ast.range)?;
                Some((Node::Binary(*operator, Box::new(left_node), Box::new(right_node)), kind))
            }
            AstKind::Conditional(test, yes, no) => {
                let (test_node, yes_node, no_node) = (self.node(test), self.node(yes), self.node(no));
                let ((test_node, test_kind), (yes_node, yes_kind), (no_node, no_kind)) = (test_node?, yes_node?, no_node?);
                if test_kind != Type::Boolean {
                    return self.wrong(&test.range, format!("`?` wants a boolean before it, this is {}", test_kind.with_article()));
                }
                let kind = if yes_node == Node::Null {
                    no_kind
                } else if no_node == Node::Null || yes_kind == no_kind {
                    yes_kind
                } else if yes_kind.is_numeric() && no_kind.is_numeric() {
                    wider(&yes_kind, &no_kind)
                } else {
                    return self.wrong(&ast.range, format!("both branches must have one type; they are {yes_kind} and {no_kind}"));
                };
                Some((Node::Conditional(Box::new(test_node), Box::new(yes_node), Box::new(no_node)), kind))
            }
            AstKind::In(value, list) => {
                let (node, kind) = self.node(value)?;
                let mut values = Vec::new();
                for item in list {
                    let (item_node, item_kind) = self.node(item)?;
                    if !comparable(&kind, &item_kind) {
                        return self.wrong(&item.range, format!("a {item_kind} is never equal to a {kind}"));
                    }
                    values.push(item_node);
                }
                Some((Node::In(Box::new(node), values), Type::Boolean))
            }
            AstKind::Filter(inner, name, range, arguments) => {
                if !FILTERS.iter().any(|filter| filter.name == name) {
                    self.node(inner);
                    let fault = ExprFault::new(range.clone(), &code::EXPR_UNKNOWN_FILTER, format!("there is no filter `{name}`"));
                    return self.fault(match builtin::find(name) {
                        Some(function) => fault.hint(format!("`{name}` is a function: `{}`", function.signature)),
                        None => fault.suggest(name, FILTERS.iter().map(|f| f.name)),
                    });
                }
                let (node, kind) = self.node(inner)?;
                match filter::read(name, &kind, arguments) {
                    Ok(format) => Some((Node::Format(Box::new(node), format), Type::Text)),
                    Err((message, argument)) => {
                        let at = argument.and_then(|index| arguments.get(index)).map_or(range.clone(), |argument| argument.range.clone());
                        let code = if argument.is_some() || message.contains("argument") { &code::EXPR_ARGUMENTS } else { &code::EXPR_TYPE };
                        let signature = FILTERS.iter().find(|f| f.name == name).map_or("", |f| f.signature);
                        self.fault(ExprFault::new(at, code, message).hint(format!("it is written `| {signature}`")))
                    }
                }
            }
        }
    }

    /// Resolves a path: the node, its type, and how many parts it took.
    fn path(&mut self, parts: &[(String, Range<usize>)], range: &Range<usize>) -> Option<(Node, Type, usize)> {
        let name = |count: usize| parts[..count].iter().map(|(n, _)| n.as_str()).collect::<Vec<_>>().join(".");
        // Rows of list functions first, the innermost before the outer ones.
        for (depth, schema) in self.locals.iter().enumerate().rev() {
            if parts[0].0 == "it" && depth + 1 == self.locals.len() {
                if parts.len() == 1 {
                    return Some((Node::Local(depth), Type::Row(schema.clone()), 1));
                }
                if let Some((index, taken)) = longest(schema, &parts[1..]) {
                    return Some((Node::LocalField(depth, index), schema.fields[index].kind.clone(), taken + 1));
                }
            }
            if let Some((index, taken)) = longest(schema, parts) {
                return Some((Node::LocalField(depth, index), schema.fields[index].kind.clone(), taken));
            }
        }
        for (variable, (known, kind)) in self.scope.variables.iter().enumerate().skip(1).rev() {
            let count = known.split('.').count();
            if count > parts.len() || *known != name(count) {
                continue;
            }
            self.is_constant = false;
            if let (Type::Row(schema), true) = (kind, parts.len() > count) {
                if let Some((index, taken)) = longest(schema, &parts[count..]) {
                    return Some((Node::Field(variable, index), schema.fields[index].kind.clone(), count + taken));
                }
                let field = parts[count..].iter().map(|(n, _)| n.as_str()).collect::<Vec<_>>().join(".");
                let at = parts[count].1.start..range.end;
                let names: Vec<String> = schema.names().map(str::to_string).collect();
                self.fault(
                    ExprFault::new(at, &code::EXPR_UNKNOWN_FIELD, format!("`{known}` has no field `{field}`"))
                        .suggest(&field, names.iter().map(String::as_str)),
                );
                return None;
            }
            return Some((Node::Variable(variable), kind.clone(), count));
        }
        let record = self.scope.record().clone();
        if let Some((index, taken)) = longest(&record, parts) {
            self.is_constant = false;
            return Some((Node::Field(0, index), record.fields[index].kind.clone(), taken));
        }
        if parts.len() == 1 && (parts[0].0 == "page" || parts[0].0 == "pages") {
            if !self.scope.allow_page {
                self.fault(
                    ExprFault::new(range.clone(), &code::EXPR_NOT_HERE, format!("`{}` is known only in the regions of a page", parts[0].0))
                        .hint("put it into a `<region>` of a `<page>`"),
                );
                return None;
            }
            self.is_constant = false;
            self.uses_page = true;
            return Some((if parts[0].0 == "page" { Node::Page } else { Node::Pages }, Type::Integer, 1));
        }
        if parts.len() > 1
            && let Some(table) = self.scope.table(&parts[0].0)
        {
            let code = parts[1..].iter().map(|(n, _)| n.as_str()).collect::<Vec<_>>().join(".");
            let node = self.known_code(table, &parts[0].0, &code, &(parts[1].1.start..range.end))?;
            return Some((node, Type::Text, parts.len()));
        }
        let full = name(parts.len());
        let mut known: Vec<String> = Vec::new();
        for schema in self.locals.iter().rev() {
            known.extend(schema.names().map(str::to_string));
        }
        for (variable, kind) in self.scope.variables.iter().skip(1) {
            known.push(variable.clone());
            if let Type::Row(schema) = kind {
                known.extend(schema.names().map(|field| format!("{variable}.{field}")));
            }
        }
        known.extend(record.names().map(str::to_string));
        if self.scope.allow_page {
            known.extend(["page".to_string(), "pages".to_string()]);
        }
        let fault = ExprFault::new(range.clone(), &code::EXPR_UNKNOWN_FIELD, format!("the data has no field `{full}`"))
            .suggest(&full, known.iter().map(String::as_str));
        self.fault(fault);
        None
    }

    fn operation(&mut self, operator: Operator, left: &Type, right: &Type, is_null: bool, range: &Range<usize>) -> Option<Type> {
        use Operator::*;
        let kind = match operator {
            And | Or if *left == Type::Boolean && *right == Type::Boolean => Some(Type::Boolean),
            And | Or => None,
            Equal | NotEqual if is_null => Some(Type::Boolean),
            Equal | NotEqual | Less | LessEqual | Greater | GreaterEqual => comparable(left, right).then_some(Type::Boolean),
            Concatenate => scalar(left).then_some(()).and(scalar(right).then_some(Type::Text)),
            Coalesce if is_null => Some(left.clone()),
            Coalesce => (left == right).then(|| left.clone()),
            Add => match (left, right) {
                (Type::Date, Type::Integer) | (Type::Integer, Type::Date) => Some(Type::Date),
                (Type::Money, Type::Money) => Some(Type::Money),
                (Type::Decimal | Type::Integer, Type::Decimal | Type::Integer) => Some(wider(left, right)),
                _ => None,
            },
            Subtract => match (left, right) {
                (Type::Date, Type::Date) => Some(Type::Integer),
                (Type::Date, Type::Integer) => Some(Type::Date),
                (Type::Money, Type::Money) => Some(Type::Money),
                (Type::Decimal | Type::Integer, Type::Decimal | Type::Integer) => Some(wider(left, right)),
                _ => None,
            },
            Multiply => match (left, right) {
                (Type::Money, Type::Decimal | Type::Integer) | (Type::Decimal | Type::Integer, Type::Money) => Some(Type::Money),
                (Type::Decimal | Type::Integer, Type::Decimal | Type::Integer) => Some(wider(left, right)),
                _ => None,
            },
            Divide => match (left, right) {
                (Type::Money, Type::Money) => Some(Type::Decimal),
                (Type::Money, Type::Decimal | Type::Integer) => Some(Type::Money),
                (Type::Decimal | Type::Integer, Type::Decimal | Type::Integer) => Some(Type::Decimal),
                _ => None,
            },
            Remainder => (*left == Type::Integer && *right == Type::Integer).then_some(Type::Integer),
            Not => None,
        };
        if kind.is_none() {
            let fault = ExprFault::new(range.clone(), &code::EXPR_TYPE, format!("{} {left} and {right}", verb(operator)));
            let fault =
                if operator == Add && (*left == Type::Text || *right == Type::Text) { fault.hint("texts are put together with `~`") } else { fault };
            self.fault(fault);
        }
        kind
    }
}

fn ast_text(parts: &[(String, Range<usize>)]) -> String {
    parts.iter().map(|(n, _)| n.as_str()).collect::<Vec<_>>().join(".")
}

/// The field with the longest name that the parts begin with.
fn longest(schema: &Schema, parts: &[(String, Range<usize>)]) -> Option<(usize, usize)> {
    let mut name = String::new();
    let mut best = None;
    for (count, (part, _)) in parts.iter().enumerate() {
        if count > 0 {
            name.push('.');
        }
        name.push_str(part);
        if let Some(index) = schema.find(&name) {
            best = Some((index, count + 1));
        }
    }
    best
}

fn scalar(kind: &Type) -> bool {
    !matches!(kind, Type::List(_) | Type::Row(_))
}

fn comparable(left: &Type, right: &Type) -> bool {
    scalar(left) && (left == right || (left.is_numeric() && right.is_numeric()))
}

fn wider(left: &Type, right: &Type) -> Type {
    if *left == Type::Money || *right == Type::Money {
        Type::Money
    } else if *left == Type::Decimal || *right == Type::Decimal {
        Type::Decimal
    } else {
        Type::Integer
    }
}

fn verb(operator: Operator) -> &'static str {
    use Operator::*;
    match operator {
        Add => "cannot add",
        Subtract => "cannot subtract",
        Multiply => "cannot multiply",
        Divide => "cannot divide",
        Remainder => "`%` wants integers, these are",
        Concatenate => "cannot put together",
        Equal | NotEqual | Less | LessEqual | Greater | GreaterEqual => "cannot compare",
        And | Or | Not => "`and` and `or` want booleans, these are",
        Coalesce => "both sides of `??` must have one type, these are",
    }
}
