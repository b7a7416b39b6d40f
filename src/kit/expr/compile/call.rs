//! Calls of functions: which arguments they take, over what rows they run, what they give.

use std::ops::Range;
use std::sync::Arc;

use super::{Compiled, Compiler, Expr, Node, ast_text, comparable, scalar, wider};
use crate::base::code;
use crate::base::suggest::closest;
use crate::kit::expr::builtin::{self, Builtin};
use crate::kit::expr::codes::CodeTable;
use crate::kit::expr::filter::FILTERS;
use crate::kit::expr::parse::{Ast, AstKind};
use crate::kit::expr::reference::KNOWN;
use crate::kit::expr::types::{Field, Schema, Type};
use crate::kit::expr::{ExprFault, FUNCTIONS};

impl Compiler<'_> {
    pub(super) fn call(&mut self, name: &str, name_range: &Range<usize>, arguments: &[Ast], range: &Range<usize>) -> Compiled {
        let Some(function) = builtin::find(name) else {
            let fault = ExprFault::new(name_range.clone(), &code::EXPR_UNKNOWN_FUNCTION, format!("there is no function `{name}`"));
            return self.fault(match FILTERS.iter().find(|filter| filter.name == name) {
                Some(filter) => fault.hint(format!("`{name}` is a filter and stands behind a bar: `value | {}`", filter.signature)),
                None => fault.suggest(name, FUNCTIONS.iter().map(|f| f.name)),
            });
        };
        let (least, most) = function.arity;
        if arguments.len() < least || arguments.len() > most {
            let wanted = if least == most { least.to_string() } else { format!("{least} to {most}") };
            return self.fault(
                ExprFault::new(
                    range.clone(),
                    &code::EXPR_ARGUMENTS,
                    format!("`{name}` takes {wanted} argument{}, not {}", if most == 1 { "" } else { "s" }, arguments.len()),
                )
                .hint(format!("it is called `{}`", function.signature)),
            );
        }
        use Builtin::*;
        match function.builtin {
            Running => self.running(&arguments[0], range),
            Lookup => self.lookup(arguments),
            Text => self.text(arguments),
            Min | Max if arguments.len() == 2 && !self.is_list(&arguments[0]) => {
                let (left, right) = (self.node(&arguments[0]), self.node(&arguments[1]));
                let ((left, left_kind), (right, right_kind)) = (left?, right?);
                if !comparable(&left_kind, &right_kind) {
                    return self.wrong(range, format!("a {left_kind} and a {right_kind} cannot be compared"));
                }
                let kind = if left_kind == right_kind { left_kind } else { wider(&left_kind, &right_kind) };
                Some((Node::Call(function.builtin, vec![left, right]), kind))
            }
            Sum | Count | Min | Max | Avg | First | Last | Where | Sorted | Group | Reverse | Take | Join => {
                self.rows(function.builtin, name, arguments, range)
            }
            _ => self.scalar_call(function.builtin, name, arguments),
        }
    }

    fn lookup(&mut self, arguments: &[Ast]) -> Compiled {
        let key = self.node(&arguments[1]);
        let AstKind::Path(parts) = &arguments[0].kind else {
            return self.fault(
                ExprFault::new(arguments[0].range.clone(), &code::EXPR_ARGUMENTS, "`lookup` wants the name of a table first")
                    .hint("tables are named in the job file: `[tables]`, and below it `units = \"units.csv\"`"),
            );
        };
        let name = ast_text(parts);
        let Some(table) = self.scope.table(&name) else {
            let tables = self.scope.tables.clone();
            let fault = ExprFault::new(arguments[0].range.clone(), &code::EXPR_UNKNOWN_TABLE, format!("the job has no table `{name}`"));
            let fault = fault.hint(format!("name it in the job file: `[tables]`, and below it `{name} = \"{name}.csv\"`"));
            return self.fault(fault.suggest(&name, tables.iter().map(|(known, _)| known.as_str())));
        };
        let (key, kind) = key?;
        self.is_constant = false;
        match (key, kind) {
            (Node::Text(code), _) => self.known_code(table, &name, &code, &arguments[1].range).map(|node| (node, Type::Text)),
            (key, Type::Text | Type::Integer) => Some((Node::Lookup(table, Box::new(key)), Type::Text)),
            (_, kind) => self.wrong(&arguments[1].range, format!("a code is a text or a whole number, this is {}", kind.with_article())),
        }
    }

    /// The text of a code that is known now, and so must be there.
    pub(super) fn known_code(&mut self, table: Arc<CodeTable>, name: &str, code: &str, range: &Range<usize>) -> Option<Node> {
        // Which language it is in depends on the record.
        self.is_constant = false;
        if !table.has(code) {
            let fault = ExprFault::new(range.clone(), &code::EXPR_UNKNOWN_CODE, format!("the table `{name}` has no code `{code}`"));
            self.fault(fault.suggest(code, table.codes()));
            return None;
        }
        Some(Node::Lookup(table, Box::new(Node::Text(code.to_string()))))
    }

    fn running(&mut self, argument: &Ast, range: &Range<usize>) -> Compiled {
        if self.scope.running.is_none() {
            return self.fault(ExprFault::new(range.clone(), &code::EXPR_NOT_HERE, "`running` works only in a table with `rows`"));
        }
        let uses = self.uses_page;
        let (node, kind) = self.node(argument)?;
        if !kind.is_numeric() {
            return self.wrong(&argument.range, format!("`running` sums numbers, this is {}", kind.with_article()));
        }
        self.is_constant = false;
        let expr = Expr { node, kind: kind.clone(), is_constant: false, uses_page: uses };
        let list = self.scope.running.as_mut()?;
        let index = list.iter().position(|known| *known == expr).unwrap_or_else(|| {
            list.push(expr);
            list.len() - 1
        });
        Some((Node::Running(index), kind))
    }

    fn is_list(&mut self, ast: &Ast) -> bool {
        let faults = self.faults.len();
        let found = match &ast.kind {
            AstKind::Path(parts) => self.path(parts, &ast.range).is_some_and(|(_, kind, _)| matches!(kind, Type::List(_))),
            AstKind::Call(name, ..) => matches!(
                builtin::find(name).map(|f| f.builtin),
                Some(Builtin::Where | Builtin::Sorted | Builtin::Group | Builtin::Reverse | Builtin::Take)
            ),
            AstKind::Member(inner, _) => self.is_list(&inner.clone()),
            _ => false,
        };
        self.faults.truncate(faults);
        found
    }

    /// The list of a list function, and the field named behind it (`list.field`).
    #[allow(clippy::type_complexity)]
    fn list(&mut self, ast: &Ast) -> Option<(Node, Arc<Schema>, Option<(usize, Type)>)> {
        let (node, kind, rest, rest_range): (Node, Type, Option<String>, Range<usize>) = match &ast.kind {
            AstKind::Path(parts) => {
                let (node, kind, taken) = self.path(parts, &ast.range)?;
                let rest = (taken < parts.len()).then(|| parts[taken..].iter().map(|(n, _)| n.as_str()).collect::<Vec<_>>().join("."));
                let at = parts.get(taken).map_or(ast.range.clone(), |(_, r)| r.start..ast.range.end);
                (node, kind, rest, at)
            }
            AstKind::Member(inner, field) if self.is_list(inner) => {
                let (node, kind) = self.node(inner)?;
                (node, kind, Some(field.clone()), ast.range.end - field.len()..ast.range.end)
            }
            _ => {
                let (node, kind) = self.node(ast)?;
                (node, kind, None, ast.range.clone())
            }
        };
        let Type::List(schema) = kind else {
            self.wrong(&ast.range, format!("a list is wanted here, this is {}", kind.with_article()));
            return None;
        };
        let field = match rest {
            None => None,
            Some(field) => match schema.find(&field) {
                Some(index) => Some((index, schema.fields[index].kind.clone())),
                None => {
                    self.fault(
                        ExprFault::new(rest_range, &code::EXPR_UNKNOWN_FIELD, format!("the rows have no field `{field}`"))
                            .suggest(&field, schema.names()),
                    );
                    return None;
                }
            },
        };
        Some((node, schema, field))
    }

    fn rows(&mut self, function: Builtin, name: &str, arguments: &[Ast], range: &Range<usize>) -> Compiled {
        use Builtin::*;
        let (list, schema, field) = self.list(&arguments[0])?;
        let depth = self.locals.len();
        let mut item = field.map(|(index, kind)| (Node::LocalField(depth, index), kind));
        let mut option = false;
        let mut item_range = arguments[0].range.clone();
        let wants_item = !matches!(function, Take | Join) && arguments.len() > 1;
        if wants_item {
            if item.is_some() {
                return self.fault(ExprFault::new(
                    range.clone(),
                    &code::EXPR_ARGUMENTS,
                    format!("`{name}` takes `list.field`, or a list and an expression, not both"),
                ));
            }
            self.locals.push(schema.clone());
            item_range = arguments[1].range.clone();
            let compiled = self.node(&arguments[1]);
            self.locals.pop();
            item = Some(compiled?);
        }
        if function == Sorted && arguments.len() == 3 {
            match &arguments[2].kind {
                AstKind::Text(text) if text == "desc" || text == "asc" => option = text == "desc",
                _ => return self.fault(ExprFault::new(arguments[2].range.clone(), &code::EXPR_ARGUMENTS, "the order is 'asc' or 'desc'")),
            }
        }
        let (item_node, item_kind) = match item {
            Some((node, kind)) => (Some(Box::new(node)), Some(kind)),
            None => (None, None),
        };
        let extra = if matches!(function, Take | Join) {
            let (node, kind) = self.node(&arguments[1])?;
            let wanted = if function == Take { Type::Integer } else { Type::Text };
            if kind != wanted {
                return self.wrong(&arguments[1].range, format!("a {wanted} is wanted here, this is {}", kind.with_article()));
            }
            Some(node)
        } else {
            None
        };
        let kind = match (function, item_kind) {
            (Sum, Some(kind)) if kind.is_numeric() => {
                // Of no rows, it is a bare zero unless it counts money.
                option = kind != Type::Money;
                kind
            }
            (Avg, Some(Type::Integer | Type::Decimal)) => Type::Decimal,
            (Avg, Some(Type::Money)) => Type::Money,
            (Min | Max, Some(kind)) if kind.is_numeric() || matches!(kind, Type::Date | Type::Text) => kind,
            (Sum | Avg | Min | Max, Some(kind)) => return self.wrong(&item_range, format!("`{name}` cannot take a {kind}")),
            (Sum | Avg | Min | Max, None) => {
                return self.fault(
                    ExprFault::new(arguments[0].range.clone(), &code::EXPR_ARGUMENTS, format!("`{name}` needs a field of the list"))
                        .suggest_field(&schema),
                );
            }
            (Count, None | Some(Type::Boolean)) => Type::Integer,
            (Count, Some(_)) if arguments.len() == 1 => Type::Integer,
            (Where, Some(Type::Boolean)) => Type::List(schema),
            (Count | Where, Some(kind)) => return self.wrong(&item_range, format!("`{name}` wants a test, this is {}", kind.with_article())),
            (Where, None) => return None,
            (First | Last, Some(kind)) => kind,
            (First | Last, None) => Type::Row(schema),
            (Sorted, Some(kind)) if scalar(&kind) => Type::List(schema),
            (Sorted, _) => return self.wrong(&item_range, "rows can be sorted by a value only"),
            (Group, Some(kind)) if scalar(&kind) => {
                let rows = Field { name: "rows".into(), kind: Type::List(schema), optional: false };
                Type::List(Arc::new(Schema { fields: vec![Field { name: "key".into(), kind, optional: true }, rows] }))
            }
            (Group, _) => return self.wrong(&item_range, "rows can be grouped by a value only"),
            (Reverse | Take, None) => Type::List(schema),
            (Reverse | Take, Some(_)) => return self.wrong(&item_range, format!("`{name}` wants the list itself")),
            (Join, Some(kind)) if scalar(&kind) => Type::Text,
            (Join, _) => return self.wrong(&item_range, "`join` wants `list.field`"),
            _ => unreachable!("only list functions come here"),
        };
        let list = match extra {
            // The second argument rides along in front of the list.
            Some(node) => Node::Call(function, vec![list, node]),
            None => list,
        };
        Some((Node::Rows(function, Box::new(list), item_node, option), kind))
    }

    fn scalar_call(&mut self, function: Builtin, name: &str, arguments: &[Ast]) -> Compiled {
        use Builtin::*;
        let mut nodes = Vec::new();
        let mut kinds = Vec::new();
        let mut failed = false;
        for argument in arguments {
            match self.node(argument) {
                Some((node, kind)) => {
                    nodes.push(node);
                    kinds.push(kind);
                }
                None => failed = true,
            }
        }
        if failed {
            return None;
        }
        let wanted: &[Type] = match function {
            Length | Contains | Starts | Ends | IsReference | Replace | Number | Date => &[Type::Text, Type::Text, Type::Text],
            Substring => &[Type::Text, Type::Integer, Type::Integer],
            Year | Month | Day | Weekday | EndOfMonth => &[Type::Date],
            AddMonths => &[Type::Date, Type::Integer],
            _ => &[],
        };
        for (index, (kind, wanted)) in kinds.iter().zip(wanted).enumerate() {
            if kind != wanted && nodes[index] != Node::Null {
                return self
                    .wrong(&arguments[index].range, format!("`{name}` wants {} here, this is {}", wanted.with_article(), kind.with_article()));
            }
        }
        let kind = match function {
            Exists => Type::Boolean,
            Length | Year | Month | Day | Weekday => Type::Integer,
            Contains | Starts | Ends => Type::Boolean,
            IsReference => match &nodes[1] {
                Node::Text(kind) if KNOWN.contains(&kind.as_str()) => Type::Boolean,
                other => {
                    let written = if let Node::Text(kind) = other { kind.as_str() } else { "" };
                    let known = KNOWN.iter().map(|kind| format!("'{kind}'")).collect::<Vec<_>>().join(", ");
                    let fault = ExprFault::new(arguments[1].range.clone(), &code::EXPR_ARGUMENTS, "this is no kind of reference");
                    let mut fault = fault.hint(format!("one of {known}"));
                    fault.fix = closest(written, KNOWN.iter().copied()).map(|kind| format!("'{kind}'"));
                    return self.fault(fault);
                }
            },
            Substring | Replace => Type::Text,
            Concat | Combine => {
                if let Some(index) = kinds.iter().position(|kind| !scalar(kind)) {
                    return self.wrong(&arguments[index].range, format!("a {} cannot be part of a text", kinds[index]));
                }
                Type::Text
            }
            Number => Type::Decimal,
            Abs | Round | Floor | Ceil => {
                if !kinds[0].is_numeric() {
                    return self.wrong(&arguments[0].range, format!("`{name}` wants a number, this is {}", kinds[0].with_article()));
                }
                if kinds.get(1).is_some_and(|kind| *kind != Type::Integer) {
                    return self.wrong(&arguments[1].range, "the digits are a whole number");
                }
                if matches!(function, Floor | Ceil) && kinds[0] == Type::Decimal { Type::Integer } else { kinds[0].clone() }
            }
            Date | AddMonths | EndOfMonth => Type::Date,
            _ => unreachable!("list functions are compiled elsewhere"),
        };
        Some((Node::Call(function, nodes), kind))
    }
}

impl ExprFault {
    fn suggest_field(self, schema: &Schema) -> ExprFault {
        match schema.fields.iter().find(|field| field.kind.is_numeric()) {
            Some(field) => self.hint(format!("for instance `.{}`", field.name)),
            None => self,
        }
    }
}
