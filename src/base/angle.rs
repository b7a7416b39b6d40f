//! Angles in whole degrees.
//!
//! Takes degrees, gives sine and cosine as whole numbers. The same on every machine: nothing here is a float.

/// What sines and cosines are parts of.
pub const ONE: i64 = 1_000_000;

/// Sine and cosine of an angle in degrees, in millionths, rounded.
pub fn sin_cos(degrees: i32) -> (i64, i64) {
    let degrees = i128::from(degrees.rem_euclid(360));
    let (turned, rest) = (degrees / 90, degrees % 90);
    let (sine, cosine) = (series(rest, false), series(rest, true));
    match turned {
        0 => (sine, cosine),
        1 => (cosine, -sine),
        2 => (-sine, -cosine),
        _ => (-cosine, sine),
    }
}

/// The power series of sine or cosine for less than a right angle, with fifteen decimals.
fn series(degrees: i128, is_cosine: bool) -> i64 {
    const SCALE: i128 = 1_000_000_000_000_000;
    const PI: i128 = 3_141_592_653_589_793;
    let angle = degrees * PI / 180;
    let (mut term, mut next) = if is_cosine { (SCALE, 1) } else { (angle, 2) };
    let mut sum = term;
    while term != 0 {
        term = -(term * angle / SCALE * angle / SCALE) / (next * (next + 1));
        sum += term;
        next += 2;
    }
    let unit = SCALE / i128::from(ONE);
    ((sum + unit / 2).div_euclid(unit)) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_degree_is_right() {
        for degrees in -720..=720 {
            let (sine, cosine) = sin_cos(degrees);
            let exact = f64::from(degrees).to_radians();
            assert_eq!(sine, (exact.sin() * 1e6).round() as i64, "{degrees}");
            assert_eq!(cosine, (exact.cos() * 1e6).round() as i64, "{degrees}");
        }
    }
}
