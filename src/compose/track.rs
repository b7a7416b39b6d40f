//! Widths: tracks shared out, and where something narrow stands.

use crate::base::length::Length;
use crate::model::layout::{Align, Track};

/// Where something narrower than its room stands.
pub fn aligned(x: Length, room: Length, width: Length, align: Align) -> Length {
    match align {
        Align::Left | Align::Start | Align::Justify | Align::Decimal => x,
        Align::Right | Align::End => x + room - width,
        Align::Center => x + (room - width) / 2,
    }
}

/// A track alone in a width.
pub fn resolve(track: Option<Track>, width: Length) -> Length {
    match track {
        Some(Track::Fixed(length)) => length.min(width.max(Length::ZERO)),
        Some(Track::Percent(percent)) => width.scaled(percent, 100_000),
        Some(Track::Fraction(_)) | None => width,
    }
}

/// Shares a width among tracks: fixed and percent first, fractions of what is left. The sum of fractions is exact.
pub fn distribute(tracks: &[Track], width: Length) -> Vec<Length> {
    let mut taken = Length::ZERO;
    let mut shares = 0;
    for track in tracks {
        match track {
            Track::Fixed(length) => taken += *length,
            Track::Percent(percent) => taken += width.scaled(*percent, 100_000),
            Track::Fraction(share) => shares += share,
        }
    }
    let left = (width - taken).max(Length::ZERO);
    let mut given = 0;
    let mut spent = Length::ZERO;
    tracks
        .iter()
        .map(|track| match track {
            Track::Fixed(length) => *length,
            Track::Percent(percent) => width.scaled(*percent, 100_000),
            Track::Fraction(share) => {
                given += share;
                let until = left.scaled(given, shares.max(1));
                let own = until - spent;
                spent = until;
                own
            }
        })
        .collect()
}
