//! The functions, from which the manual is printed.

/// What a function computes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Builtin {
    Sum,
    Count,
    Min,
    Max,
    Avg,
    First,
    Last,
    Where,
    Sorted,
    Group,
    Reverse,
    Take,
    Exists,
    Length,
    Contains,
    Starts,
    Ends,
    Substring,
    Replace,
    Concat,
    Combine,
    Join,
    Number,
    Abs,
    Round,
    Floor,
    Ceil,
    Date,
    Year,
    Month,
    Day,
    Weekday,
    AddMonths,
    EndOfMonth,
    IsReference,
    Lookup,
    Text,
    Running,
}

/// A function as the manual shows it.
#[derive(Debug)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// How it is called.
    pub signature: &'static str,
    /// What it gives.
    pub doc: &'static str,
    /// An expression over the data of the manual, and what it prints in `en-US`.
    pub example: (&'static str, &'static str),
    /// What it computes.
    pub builtin: Builtin,
    /// Least and most arguments.
    pub arity: (usize, usize),
}

macro_rules! functions {
    ($($name:literal $arity:expr, $builtin:ident, $signature:literal, $doc:literal, $example:literal => $result:literal;)*) => {
        &[$(Function { name: $name, signature: $signature, doc: $doc, example: ($example, $result), builtin: Builtin::$builtin, arity: $arity }),*]
    };
}

/// Every function, in the order of the manual.
pub const FUNCTIONS: &[Function] = functions! {
    "sum" (1, 2), Sum, "sum(list.field) or sum(list, expression)", "The sum over all rows; of no rows, 0. Absent values count nothing.", "sum(lines.amount)" => "35.50";
    "count" (1, 2), Count, "count(list) or count(list, test)", "How many rows there are, or how many pass the test.", "count(lines, amount gt 0)" => "2";
    "min" (1, 2), Min, "min(list.field) or min(a, b)", "The least value over all rows, or the lesser of two values.", "min(lines.amount)" => "-4.50";
    "max" (1, 2), Max, "max(list.field) or max(a, b)", "The greatest value over all rows, or the greater of two values.", "max(2, 3)" => "3";
    "avg" (1, 2), Avg, "avg(list.field) or avg(list, expression)", "The mean over all rows; absent if there are none.", "avg(lines.quantity)" => "2";
    "first" (1, 1), First, "first(list) or first(list.field)", "The first row, or its field; absent if there is none.", "first(lines).name" => "Paper";
    "last" (1, 1), Last, "last(list) or last(list.field)", "The last row, or its field; absent if there is none.", "last(lines.name)" => "Credit";
    "where" (2, 2), Where, "where(list, test)", "The rows that pass the test.", "count(where(lines, amount lt 0))" => "1";
    "sorted" (2, 3), Sorted, "sorted(list, expression, 'desc')", "The rows in the order of an expression; equal ones keep their order.", "first(sorted(lines, amount)).name" => "Credit";
    "group" (2, 2), Group, "group(list, expression)", "One row per distinct value, with the fields `key` and `rows`, in the order of first appearance.", "count(group(lines, quantity gt 1))" => "2";
    "reverse" (1, 1), Reverse, "reverse(list)", "The rows in opposite order.", "first(reverse(lines)).name" => "Credit";
    "take" (2, 2), Take, "take(list, n)", "The first n rows.", "count(take(lines, 2))" => "2";
    "exists" (1, 1), Exists, "exists(value)", "Whether an optional value is there; for a text also, whether it is not empty.", "exists(note)" => "no";
    "length" (1, 1), Length, "length(text)", "How many characters a text has.", "length('abc')" => "3";
    "contains" (2, 2), Contains, "contains(text, part)", "Whether a text contains another.", "contains(name, 'Ada')" => "yes";
    "starts" (2, 2), Starts, "starts(text, part)", "Whether a text starts with another.", "starts(name, 'Ada')" => "yes";
    "ends" (2, 2), Ends, "ends(text, part)", "Whether a text ends with another.", "ends(name, 'Ada')" => "no";
    "substring" (2, 3), Substring, "substring(text, from, count)", "Characters of a text, counted from 1; a place beyond its end gives nothing.", "substring('123456', 3, 2)" => "34";
    "replace" (3, 3), Replace, "replace(text, part, by)", "A text with every occurrence of a part replaced.", "replace('a-b', '-', '/')" => "a/b";
    "concat" (1, 16), Concat, "concat(a, b, …)", "Texts one after the other; other values as they are printed.", "concat(name, ', ', 5)" => "Ada Lovelace, 5";
    "combine" (2, 16), Combine, "combine(separator, a, b, …)", "Texts one after the other with a separator between; empty and absent ones are left out, with their separator.", "combine(', ', name, note, 5)" => "Ada Lovelace, 5";
    "join" (2, 2), Join, "join(list.field, separator)", "The texts of all rows with a separator between; empty ones are left out.", "join(lines.name, ' / ')" => "Paper / Ink / Credit";
    "number" (1, 1), Number, "number(text)", "The number a text spells; holds the record if it spells none.", "number('12') + 1" => "13";
    "abs" (1, 1), Abs, "abs(number)", "A number without its sign.", "abs(-3.5)" => "3.5";
    "round" (1, 2), Round, "round(number, digits)", "Rounded to so many fraction digits (0 if omitted), halves away from zero.", "round(2.345, 2)" => "2.35";
    "floor" (1, 1), Floor, "floor(number)", "The next whole number down.", "floor(2.7)" => "2";
    "ceil" (1, 1), Ceil, "ceil(number)", "The next whole number up.", "ceil(2.1)" => "3";
    "date" (1, 1), Date, "date('YYYY-MM-DD')", "The date a text spells; holds the record if there is no such day.", "date('2026-02-28') + 1" => "2026-03-01";
    "year" (1, 1), Year, "year(date)", "The year of a date.", "year(issued)" => "2026";
    "month" (1, 1), Month, "month(date)", "The month of a date, 1 to 12.", "month(issued)" => "9";
    "day" (1, 1), Day, "day(date)", "The day of the month, 1 to 31.", "day(issued)" => "1";
    "weekday" (1, 1), Weekday, "weekday(date)", "The day of the week, 1 = Monday to 7 = Sunday.", "weekday(issued)" => "2";
    "add_months" (2, 2), AddMonths, "add_months(date, n)", "The same day n months later, or the last day of that month.", "add_months(date('2026-01-31'), 1)" => "2026-02-28";
    "end_of_month" (1, 1), EndOfMonth, "end_of_month(date)", "The last day of the date's month.", "end_of_month(issued)" => "2026-09-30";
    "is_reference" (2, 2), IsReference, "is_reference(text, 'kind')", "Whether a text is a payment reference or account with the right check digits: `iso11649` (RF), `qrr` (Swiss QR), `fi` (Finland), `luhn` (Norway, Sweden), `mod11` (Norway), `ogm` (Belgium), `iban`. Blanks count nothing.", "is_reference('RF65 1853 9007 5470 34', 'iso11649')" => "yes";
    "lookup" (2, 2), Lookup, "lookup(table, code)", "The text of a code in a table of the job (`[tables]`), in the language of the record's locale; absent if the table has no such code. A code known beforehand is written `table.code`, and must be there.", "lookup(units, 'HUR') ~ ', ' ~ units.C62" => "hours, pieces";
    "text" (1, 33), Text, "text('name', value: …, …)", "A text of the layout's catalogues (`<texts>`) in the record's language, with values for its variables; those that are fields of the record need not be given. `text('name.attribute')` is an attribute of it.", "text('parcels', count: 3)" => "3 parcels";
    "running" (1, 1), Running, "running(expression)", "In tables with `rows`: the sum over this row and all before it; in carry rows, up to the break.", "1" => "1";
};

/// The function of a name.
pub fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}
