//! The Mersenne Twister as CPython seeds and reads it.
//!
//! Takes an integer seed, gives words, bits, fractions and normal deviates equal to those of `random.Random(seed)`.
//! Never touches anything that a job puts out: it exists so that test data can be made, and checked, in two languages.

/// Words of state (MT19937).
const WORDS: usize = 624;
/// Distance to the word that is mixed in.
const SHIFT: usize = 397;

/// One stream of random numbers.
pub(super) struct Random {
    state: [u32; WORDS],
    next: usize,
}

impl Random {
    /// The stream of a seed, as `random.Random(seed)`: the seed's 32-bit words, lowest first, are the key.
    pub(super) fn new(seed: u128) -> Random {
        let key: [u32; 4] = std::array::from_fn(|index| (seed >> (32 * index)) as u32);
        let used = key.iter().rposition(|&word| word != 0).map_or(1, |last| last + 1);
        Random { state: seeded(&key[..used]), next: 0 }
    }

    /// The next 32 random bits.
    ///
    /// The reference code renews all words at once; here each is renewed as it is read, because most test records need
    /// fewer than half of them.
    pub(super) fn word(&mut self) -> u32 {
        let index = self.next;
        let following = if index + 1 == WORDS { 0 } else { index + 1 };
        let mixed = if index + SHIFT < WORDS { index + SHIFT } else { index + SHIFT - WORDS };
        let joined = (self.state[index] & 0x8000_0000) | (self.state[following] & 0x7fff_ffff);
        let odd = if joined & 1 == 1 { 0x9908_b0df } else { 0 };
        let mut word = self.state[mixed] ^ (joined >> 1) ^ odd;
        self.state[index] = word;
        self.next = following;
        word ^= word >> 11;
        word ^= (word << 7) & 0x9d2c_5680;
        word ^= (word << 15) & 0xefc6_0000;
        word ^ (word >> 18)
    }

    /// The next 64 random bits, the low word first as in `getrandbits(64)`.
    pub(super) fn word_pair(&mut self) -> u64 {
        let low = u64::from(self.word());
        low | u64::from(self.word()) << 32
    }

    /// A number from 0 to below 1 in steps of 2^-53, as `random()`.
    pub(super) fn fraction(&mut self) -> f64 {
        let high = u64::from(self.word() >> 5);
        let low = u64::from(self.word() >> 6);
        (high << 26 | low) as f64 / (1u64 << 53) as f64
    }

    /// A number below `limit`, as `randrange(limit)`: draw just enough bits, and again until they fit.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        let bits = usize::BITS - limit.leading_zeros();
        assert!((1..=32).contains(&bits), "a limit from 1 to 2^32 - 1");
        loop {
            let drawn = (self.word() >> (32 - bits)) as usize;
            if drawn < limit {
                return drawn;
            }
        }
    }

    /// One of the items, as `choice(items)`.
    pub(super) fn choice<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// A normal deviate, as the first `gauss(mean, deviation)` of a stream; CPython would keep the sine for a second.
    pub(super) fn first_gauss(&mut self, mean: f64, deviation: f64) -> f64 {
        let angle = self.fraction() * std::f64::consts::TAU;
        let radius = (-2.0 * (1.0 - self.fraction()).ln()).sqrt();
        mean + angle.cos() * radius * deviation
    }
}

/// State from a seed of one word: `init_genrand` of the reference code.
const fn started(seed: u32) -> [u32; WORDS] {
    let mut state = [seed; WORDS];
    let mut index = 1;
    while index < WORDS {
        let before = state[index - 1];
        state[index] = (before ^ (before >> 30)).wrapping_mul(1_812_433_253).wrapping_add(index as u32);
        index += 1;
    }
    state
}

/// State from a key of several words: `init_by_array` of the reference code, for keys shorter than the state.
fn seeded(key: &[u32]) -> [u32; WORDS] {
    const START: [u32; WORDS] = started(19_650_218);
    let mut state = START;
    let mut index = 0;
    for (digit, &word) in key.iter().enumerate().cycle().take(WORDS) {
        let before = step(&mut state, &mut index);
        state[index] = (state[index] ^ before.wrapping_mul(1_664_525)).wrapping_add(word).wrapping_add(digit as u32);
    }
    for _ in 0..WORDS - 1 {
        let before = step(&mut state, &mut index);
        state[index] = (state[index] ^ before.wrapping_mul(1_566_083_941)).wrapping_sub(index as u32);
    }
    state[0] = 0x8000_0000;
    state
}

/// Moves to the next word, around the end past word 0, and gives the word before it, folded.
fn step(state: &mut [u32; WORDS], index: &mut usize) -> u32 {
    if *index == WORDS - 1 {
        state[0] = state[WORDS - 1];
        *index = 0;
    }
    let before = state[*index];
    *index += 1;
    before ^ (before >> 30)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first words of CPython 3.11's `random.Random(seed).getrandbits(32)`.
    fn check(seed: u128, expected: [u32; 3]) {
        let mut random = Random::new(seed);
        assert_eq!([random.word(), random.word(), random.word()], expected, "seed {seed}");
    }

    #[test]
    fn seeds_of_one_two_and_three_words_start_as_in_cpython() {
        check(0, [3_626_764_237, 1_654_615_998, 3_255_389_356]);
        check(20_260_961_782_704, [3_131_263_681, 4_079_033_781, 4_239_238_731]);
        check(18_446_799_413_941_772_743_667_190, [1_265_324_910, 109_388_528, 3_137_140_088]);
    }

    #[test]
    fn every_kind_of_draw_equals_cpython_after_the_state_was_renewed() {
        let mut random = Random::new(77);
        for _ in 0..1000 {
            random.word();
        }
        assert_eq!(random.word(), 1_199_250_763);
        assert_eq!(random.word_pair(), 1_579_402_103_551_887_367);
        assert_eq!(random.fraction(), 0.977_735_722_085_643_2);
        assert_eq!(random.below(40), 1);
        assert_eq!(random.fraction(), 0.497_482_884_686_350_6);
    }

    #[test]
    fn normal_deviates_equal_cpython_closely_enough_for_counts() {
        let deviate = Random::new(5).first_gauss(2.89, 0.81);
        assert!((deviate - 1.935_138_181_503_155_9).abs() < 1e-12, "{deviate}");
    }
}
