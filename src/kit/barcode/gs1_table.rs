//! The application identifiers of GS1 (General Specifications, section 3).
//!
//! Takes an identifier, gives the format of its value. Must never know how a value is encoded.

use super::check;

/// The formats, as GS1 writes them, of ranges of identifiers. `n` is digits, `x` the character set 82, `y` 39 and `z` 64; `..` is up to.
/// `c` is a check digit at the end, `k` two check characters, `d` a date YYMMDD, `t` a time HHMM.
#[rustfmt::skip]
const FORMATS: &[(&str, &str, &str)] = &[
    ("00", "00", "n18c"), ("01", "03", "n14c"), ("10", "10", "x..20"), ("11", "13", "n6d"), ("15", "17", "n6d"), ("20", "20", "n2"),
    ("21", "22", "x..20"), ("235", "235", "x..28"), ("240", "241", "x..30"), ("242", "242", "n..6"), ("243", "243", "x..20"),
    ("250", "251", "x..30"), ("253", "253", "n13c x..17"), ("254", "254", "x..20"), ("255", "255", "n13c n..12"), ("30", "30", "n..8"),
    ("3100", "3105", "n6"), ("3110", "3115", "n6"), ("3120", "3125", "n6"), ("3130", "3135", "n6"), ("3140", "3145", "n6"), ("3150", "3155", "n6"),
    ("3160", "3165", "n6"), ("3200", "3205", "n6"), ("3210", "3215", "n6"), ("3220", "3225", "n6"), ("3230", "3235", "n6"), ("3240", "3245", "n6"),
    ("3250", "3255", "n6"), ("3260", "3265", "n6"), ("3270", "3275", "n6"), ("3280", "3285", "n6"), ("3290", "3295", "n6"), ("3300", "3305", "n6"),
    ("3310", "3315", "n6"), ("3320", "3325", "n6"), ("3330", "3335", "n6"), ("3340", "3345", "n6"), ("3350", "3355", "n6"), ("3360", "3365", "n6"),
    ("3370", "3375", "n6"), ("3400", "3405", "n6"), ("3410", "3415", "n6"), ("3420", "3425", "n6"), ("3430", "3435", "n6"), ("3440", "3445", "n6"),
    ("3450", "3455", "n6"), ("3460", "3465", "n6"), ("3470", "3475", "n6"), ("3480", "3485", "n6"), ("3490", "3495", "n6"), ("3500", "3505", "n6"),
    ("3510", "3515", "n6"), ("3520", "3525", "n6"), ("3530", "3535", "n6"), ("3540", "3545", "n6"), ("3550", "3555", "n6"), ("3560", "3565", "n6"),
    ("3570", "3575", "n6"), ("3600", "3605", "n6"), ("3610", "3615", "n6"), ("3620", "3625", "n6"), ("3630", "3635", "n6"), ("3640", "3645", "n6"),
    ("3650", "3655", "n6"), ("3660", "3665", "n6"), ("3670", "3675", "n6"), ("3680", "3685", "n6"), ("3690", "3695", "n6"), ("37", "37", "n..8"),
    ("3900", "3909", "n..15"), ("3910", "3919", "n3 n..15"), ("3920", "3929", "n..15"), ("3930", "3939", "n3 n..15"), ("3940", "3943", "n4"),
    ("3950", "3955", "n6"), ("400", "400", "x..30"), ("401", "401", "x..30"), ("402", "402", "n17c"), ("403", "403", "x..30"),
    ("410", "417", "n13c"), ("420", "420", "x..20"), ("421", "421", "n3 x..9"), ("422", "422", "n3"), ("423", "423", "n3 n..12"),
    ("424", "424", "n3"), ("425", "425", "n3 n..12"), ("426", "426", "n3"), ("427", "427", "x..3"), ("4300", "4301", "x..35"),
    ("4302", "4306", "x..70"), ("4307", "4307", "x2"), ("4308", "4308", "x..30"), ("4309", "4309", "n20"), ("4310", "4311", "x..35"),
    ("4312", "4316", "x..70"), ("4317", "4317", "x2"), ("4318", "4318", "x..20"), ("4319", "4319", "x..30"), ("4320", "4320", "x..35"),
    ("4321", "4323", "n1"), ("4324", "4325", "n6d n4"), ("4326", "4326", "n6d"), ("4330", "4333", "n6 x..1"), ("7001", "7001", "n13"),
    ("7002", "7002", "x..30"), ("7003", "7003", "n6d n4t"), ("7004", "7004", "n..4"), ("7005", "7005", "x..12"), ("7006", "7006", "n6d"),
    ("7007", "7007", "n6d n..6"), ("7008", "7008", "x..3"), ("7009", "7009", "x..10"), ("7010", "7010", "x..2"), ("7011", "7011", "n6d n..4"),
    ("7020", "7022", "x..20"), ("7023", "7023", "x..30"), ("7030", "7039", "n3 x..27"), ("7040", "7040", "n1 x3"), ("7041", "7041", "x..4"),
    ("710", "717", "x..20"), ("7230", "7239", "x2 x..28"), ("7240", "7240", "x..20"), ("7241", "7241", "n2"), ("7242", "7242", "x..25"),
    ("7250", "7250", "n8"), ("7251", "7251", "n8 n4t"), ("7252", "7252", "n1"), ("7253", "7254", "x..40"), ("7255", "7255", "x..10"),
    ("7256", "7256", "x..90"), ("7257", "7257", "x..70"), ("7258", "7258", "x3"), ("7259", "7259", "x..40"), ("8001", "8001", "n14"),
    ("8002", "8002", "x..20"), ("8003", "8003", "n14c x..16"), ("8004", "8004", "x..30"), ("8005", "8005", "n6"), ("8006", "8006", "n14c n4"),
    ("8007", "8007", "x..34"), ("8008", "8008", "n6d n2 n..4"), ("8009", "8009", "x..50"), ("8010", "8010", "y..30"), ("8011", "8011", "n..12"),
    ("8012", "8012", "x..20"), ("8013", "8013", "x..25k"), ("8017", "8018", "n18c"), ("8019", "8019", "n..10"), ("8020", "8020", "x..25"),
    ("8026", "8026", "n14c n4"), ("8030", "8030", "z..90"), ("8110", "8110", "x..70"), ("8111", "8111", "n4"), ("8112", "8112", "x..70"),
    ("8200", "8200", "x..70"), ("90", "90", "x..30"), ("91", "99", "x..90"),
];

/// Character set 82 (GS1 General Specifications, 7.11).
fn is_82(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!\"%&'()*+,-./:;<=>?_".contains(&byte)
}

/// What a value breaks of its identifier's format; nothing if it is right.
pub(super) fn check_value(identifier: &str, value: &[u8], verify: bool) -> Result<(), String> {
    // The fourth digit of measures and amounts is the place of the decimal point; it is a part of the identifier.
    let format = FORMATS.iter().find(|(first, last, _)| first.len() == identifier.len() && (*first..=*last).contains(&identifier));
    let Some((_, _, format)) = format else { return Err(format!("there is no application identifier ({identifier})")) };
    let mut rest = value;
    for part in format.split(' ') {
        rest = check_part(identifier, part, rest, value.len() - rest.len(), verify)?;
    }
    match rest.len() {
        0 => Ok(()),
        _ => Err(format!("({identifier}) takes {}, this is {} characters", describe(format), value.len())),
    }
}

/// Takes one part of a format from a value and gives what is left.
fn check_part<'v>(identifier: &str, part: &str, value: &'v [u8], offset: usize, verify: bool) -> Result<&'v [u8], String> {
    let (kind, size) = part.split_at(1);
    let is_open = size.starts_with("..");
    let mark = size.trim_start_matches('.').trim_start_matches(|c: char| c.is_ascii_digit());
    let count: usize = size.trim_start_matches('.').trim_end_matches(|c: char| c.is_ascii_alphabetic()).parse().unwrap_or_default();
    let (own, rest) = value.split_at(count.min(value.len()));
    let what = if kind == "n" { "digits" } else { "characters" };
    // The first part of an open format may not be empty; a further one may.
    if (!is_open && own.len() < count) || (is_open && own.is_empty() && offset == 0) {
        let least = if is_open { "at least 1".to_string() } else { count.to_string() };
        return Err(format!("({identifier}) takes {least} {what}{}, there are {}", if offset > 0 { " more" } else { "" }, own.len()));
    }
    let allowed = |byte: &u8| match kind {
        "n" => byte.is_ascii_digit(),
        "y" => byte.is_ascii_digit() || byte.is_ascii_uppercase() || b"#-/".contains(byte),
        "z" => byte.is_ascii_alphanumeric() || b"-_=".contains(byte),
        _ => is_82(*byte),
    };
    if let Some(at) = own.iter().position(|byte| !allowed(byte)) {
        let position = offset + at + 1;
        let shown = char::from(own[at]);
        return Err(match kind {
            "n" => format!("({identifier}) has `{shown}` at position {position}, where a digit is expected"),
            _ => format!("({identifier}) has a character at position {position} that GS1 does not allow"),
        });
    }
    match mark {
        _ if !verify => {}
        "c" => {
            let digits: Vec<u8> = own.iter().map(|byte| byte - b'0').collect();
            let (last, body) = digits.split_last().unwrap_or((&0, &[]));
            let expected = check::gs1(body);
            if *last != expected {
                return Err(format!("the check digit of ({identifier}) is {last}, it should be {expected}"));
            }
        }
        "d" => check_date(identifier, own)?,
        "t" => {
            let number = |at: usize| (own[at] - b'0') * 10 + own[at + 1] - b'0';
            if number(0) > 23 || number(2) > 59 {
                return Err(format!("`{}` of ({identifier}) is no time HHMM", String::from_utf8_lossy(own)));
            }
        }
        "k" => check_model_number(identifier, own)?,
        _ => {}
    }
    Ok(rest)
}

/// A day of nought is the whole month.
fn check_date(identifier: &str, digits: &[u8]) -> Result<(), String> {
    let number = |at: usize| u32::from(digits[at] - b'0') * 10 + u32::from(digits[at + 1] - b'0');
    let (year, month, day) = (2000 + number(0) as i32, number(2), number(4));
    let is_right = (1..=12).contains(&month) && day <= crate::base::date::days_in_month(year, month);
    if is_right { Ok(()) } else { Err(format!("`{}` of ({identifier}) is no date YYMMDD", String::from_utf8_lossy(digits))) }
}

/// The two check characters of a Global Model Number (GS1 General Specifications, 7.9.5).
fn check_model_number(identifier: &str, value: &[u8]) -> Result<(), String> {
    const WEIGHTS: [u32; 23] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83];
    const SET_82: &[u8] = b"!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
    const SET_32: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    let wrong = || Err(format!("the check characters of ({identifier}) are wrong"));
    if value.len() < 3 {
        return wrong();
    }
    let (body, given) = value.split_at(value.len() - 2);
    let place = |byte: &u8| SET_82.iter().position(|known| known == byte).unwrap_or_default() as u32;
    let sum: u32 = body.iter().rev().zip(WEIGHTS).map(|(byte, weight)| place(byte) * weight).sum::<u32>() % 1021;
    if given == [SET_32[(sum >> 5) as usize], SET_32[(sum & 31) as usize]] { Ok(()) } else { wrong() }
}

/// A format in words.
fn describe(format: &str) -> String {
    let part = |part: &str| {
        let (kind, size) = part.split_at(1);
        let what = if kind == "n" { "digits" } else { "characters" };
        let count = size.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        match count.strip_prefix("..") {
            Some(count) => format!("up to {count} {what}"),
            None => format!("{count} {what}"),
        }
    };
    format.split(' ').map(part).collect::<Vec<_>>().join(" and ")
}
