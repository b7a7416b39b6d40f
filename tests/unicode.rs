//! Unicode's own tests of line breaking (UAX 14) and of the bidirectional algorithm (UAX 9), through the code that sets text.
//!
//! Takes the samples of `tests/unicode`, or with `PRESSRUN_UNICODE` the whole files of that folder (Unicode 15.0, as Debian's
//! package unicode-data has them).
#![allow(clippy::disallowed_methods)]
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use pressrun::kit::text::{Direction, Part, Strictness, Token, base_level, levels, order, tokens, tokens_with_places};

fn lines(name: &str) -> Vec<String> {
    let folder = std::env::var_os("PRESSRUN_UNICODE").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/unicode"), PathBuf::from);
    let text = std::fs::read_to_string(folder.join(name)).unwrap();
    text.lines().map(|line| line.split('#').next().unwrap().trim().to_string()).filter(|line| !line.is_empty()).collect()
}

fn character(hex: &str) -> char {
    char::from_u32(u32::from_str_radix(hex, 16).unwrap()).unwrap()
}

/// Whether a line may end between two words of the text, and where the second begins.
fn gaps(text: &str, cut: impl Fn(&mut dyn FnMut(usize, Token<'_>))) -> Vec<(usize, usize, bool)> {
    let (mut gaps, mut end, mut may_break) = (Vec::new(), 0, false);
    cut(&mut |at, token| match token {
        Token::Word(word) => {
            gaps.push((end, at, may_break));
            (end, may_break) = (at + word.len(), false);
        }
        Token::Space | Token::Opportunity | Token::SoftHyphen | Token::Break => may_break = true,
        Token::Control(_) => {}
    });
    gaps.push((end, text.len(), may_break));
    gaps
}

/// Every place of the file is a place between two words where a line may end, and no other is. What is not printed (line ends,
/// ZERO WIDTH SPACE) stands between two words, with all places beside it.
fn check_gaps(text: &str, expected: &[usize], gaps: &[(usize, usize, bool)]) -> bool {
    let last = gaps.len() - 1;
    gaps.iter().enumerate().all(|(index, &(end, start, may_break))| {
        let wanted = expected.iter().any(|at| (end..=start).contains(at) && *at > 0 && *at < text.len());
        // Spaces at the edges of a text vanish.
        index == 0 || index == last || wanted == may_break
    }) && expected.iter().all(|at| *at == text.len() || gaps.iter().any(|(end, start, _)| (end..=start).contains(&at)))
}

#[test]
fn lines_break_where_unicode_says() {
    let (mut count, mut wrong, mut fast) = (0, Vec::new(), 0);
    for line in lines("LineBreakTest.txt") {
        let (mut text, mut expected) = (String::new(), Vec::new());
        for mark in line.split_whitespace() {
            match mark {
                "÷" => expected.push(text.len()),
                "×" => {}
                hex => text.push(character(hex)),
            }
        }
        // Small kana are as strict as in the file.
        let full = gaps(&text, |give| tokens_with_places(&text, Strictness::Strict, give));
        // The way of most text, whose words are parts of it.
        let start = text.as_ptr() as usize;
        let short = gaps(&text, |give| {
            let mut at = 0;
            tokens(&text, |token| {
                if let Token::Word(word) = token {
                    let place = (word.as_ptr() as usize).wrapping_sub(start);
                    at = if place < text.len() { place } else { at + text[at..].find(word).unwrap_or(0) };
                }
                give(at, token);
            });
        });
        fast += u32::from(text.is_ascii());
        let has_small_kana = text.contains(|c| matches!(c, '\u{3041}'..='\u{30ff}'));
        if !check_gaps(&text, &expected, &full) || (!has_small_kana && text.is_ascii() && !check_gaps(&text, &expected, &short)) {
            wrong.push(line);
        }
        count += 1;
    }
    assert!(wrong.is_empty(), "{} of {count}: {wrong:#?}", wrong.len());
    assert!(count > 400 && fast > 20, "{count}, {fast} of ASCII");
    println!("{count} lines of LineBreakTest.txt");
}

#[test]
fn text_is_ordered_as_unicode_says() {
    let (mut count, mut wrong) = (0, Vec::new());
    for line in lines("BidiCharacterTest.txt") {
        let fields: Vec<&str> = line.split(';').collect();
        let text: String = fields[0].split(' ').map(character).collect();
        let direction = match fields[1] {
            "0" => Direction::LeftToRight,
            "1" => Direction::RightToLeft,
            _ => Direction::Auto,
        };
        let base = base_level(&text, direction);
        let levels = levels(&text, base);
        // Characters that rule X9 removes have an `x` in the file.
        let removed: Vec<bool> = fields[3].split(' ').map(|level| level == "x").collect();
        let places: Vec<(usize, char)> = text.char_indices().collect();
        let part = |at: usize| {
            let (place, character) = places[at];
            let kind = match character {
                _ if removed[at] => Part::Nothing,
                '\t' | '\n' | '\r' | '\u{b}' | '\u{1c}'..='\u{1f}' | '\u{85}' | '\u{2029}' => Part::Separator,
                ' ' | '\u{c}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{2028}' | '\u{205f}' | '\u{3000}' | '\u{2066}'..='\u{2069}' => Part::Space,
                _ => Part::Solid,
            };
            (kind, levels[place])
        };
        let shown = order(places.len(), base, part).unwrap_or_else(|| (0..places.len()).filter(|at| !removed[*at]).collect());
        let expected: Vec<usize> = fields[4].split(' ').filter(|at| !at.is_empty()).map(|at| at.parse().unwrap()).collect();
        if fields[2] != base.to_string() || shown != expected {
            wrong.push(format!("{line}: {base} {shown:?}"));
        }
        count += 1;
    }
    assert!(wrong.is_empty(), "{} of {count}: {wrong:#?}", wrong.len());
    println!("{count} lines of BidiCharacterTest.txt");
}
