//! Reed–Solomon check symbols over the fields of 2^m elements.
//!
//! Takes symbols and the polynomial of a field, gives the check symbols. Must never know which code they belong to.

/// A field of `2^m` elements as powers of its generator.
pub struct Field {
    exp: Vec<u16>,
    log: Vec<u16>,
}

impl Field {
    /// The field of a primitive polynomial, whose highest bit says its size.
    pub fn new(polynomial: u32) -> Field {
        let size = 1usize << (31 - polynomial.leading_zeros());
        let (mut exp, mut log) = (vec![0; 2 * size], vec![0; size]);
        let mut value = 1u32;
        for power in 0..size - 1 {
            exp[power] = value as u16;
            exp[power + size - 1] = value as u16;
            log[value as usize] = power as u16;
            value <<= 1;
            if value as usize >= size {
                value ^= polynomial;
            }
        }
        Field { exp, log }
    }

    fn multiply(&self, a: u16, b: u16) -> u16 {
        if a == 0 || b == 0 {
            return 0;
        }
        self.exp[usize::from(self.log[usize::from(a)]) + usize::from(self.log[usize::from(b)])]
    }

    /// The check symbols of `data` for the roots a^1 to a^`count`, the highest power first.
    pub fn check_symbols(&self, data: &[u16], count: usize) -> Vec<u16> {
        let mut generator = vec![0; count + 1];
        generator[0] = 1;
        for degree in 0..count {
            let root = self.exp[degree + 1];
            for at in (0..=degree).rev() {
                generator[at + 1] ^= self.multiply(generator[at], root);
            }
        }
        let mut rest = vec![0; count];
        for &symbol in data {
            let factor = symbol ^ rest[0];
            rest.rotate_left(1);
            rest[count - 1] = 0;
            for (slot, &coefficient) in rest.iter_mut().zip(&generator[1..]) {
                *slot ^= self.multiply(factor, coefficient);
            }
        }
        rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A word with its check symbols is zero at every root.
    #[test]
    fn a_word_with_its_check_symbols_has_the_roots() {
        for (polynomial, count) in [(0x25, 6), (0x25, 7), (0x43, 4), (0x13, 5), (0x12d, 20), (0x409, 30), (0x1069, 40)] {
            let field = Field::new(polynomial);
            let size = 1u16 << (31 - u32::leading_zeros(polynomial));
            let data: Vec<u16> = (0..9).map(|at| (at * 7 + 3) % size).collect();
            let word: Vec<u16> = data.iter().copied().chain(field.check_symbols(&data, count)).collect();
            for root in 1..=count {
                let value = word.iter().fold(0, |sum, &symbol| field.multiply(sum, field.exp[root]) ^ symbol);
                assert_eq!(value, 0, "root {root} of {polynomial:#x}");
            }
        }
    }
}
