//! Random bodies over pages of different sizes: every word is on exactly one page, in its order unless columns stand side by side.

use super::pages;

struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn one<'w>(&mut self, words: &[&'w str]) -> &'w str {
        words[self.below(words.len() as u64) as usize]
    }
}

struct Body {
    random: Random,
    words: u32,
    /// Whether columns stand side by side, so that words are read in another order.
    is_parallel: bool,
    /// Whether columns are open.
    is_divided: bool,
    out: String,
}

impl Body {
    fn words(&mut self, most: u64) {
        for _ in 0..=self.random.below(most) {
            self.out.push_str(&format!("w{} ", self.words));
            self.words += 1;
        }
    }

    fn flow(&mut self) -> String {
        let mut flow = String::new();
        if self.random.below(4) == 0 {
            flow += &format!(" break-inside=\"{}\"", self.random.one(&["avoid", "auto"]));
        }
        if self.random.below(5) == 0 {
            flow += &format!(" break-after=\"{}\"", self.random.one(&["avoid", "page", "auto"]));
        }
        if self.random.below(6) == 0 {
            flow += &format!(" break-before=\"{}\"", self.random.one(&["avoid", "page"]));
        }
        if self.random.below(3) == 0 {
            flow += &format!(" margin=\"{}pt 0\"", self.random.below(12));
        }
        flow
    }

    fn blocks(&mut self, depth: u32) {
        for _ in 0..=self.random.below(4) {
            self.block(depth);
        }
    }

    fn block(&mut self, depth: u32) {
        let flow = self.flow();
        match self.random.below(if depth == 0 { 2 } else { 7 }) {
            0 | 1 => {
                let name = self.random.one(&["p", "p", "h2"]);
                let orphans = self.random.below(4) + 1;
                self.out.push_str(&format!("<{name}{flow} orphans=\"{orphans}\" widows=\"{}\">", self.random.below(4) + 1));
                self.words(40);
                self.out.push_str(&format!("</{name}>"));
            }
            2 => {
                self.out.push_str(&format!("<box{flow} padding=\"{}pt\" border=\"1pt solid\">", self.random.below(5)));
                self.blocks(depth - 1);
                self.out.push_str("</box>");
            }
            3 => {
                self.out.push_str(&format!("<ul{flow}>"));
                for _ in 0..=self.random.below(3) {
                    self.out.push_str("<li>");
                    self.blocks(depth - 1);
                    self.out.push_str("</li>");
                }
                self.out.push_str("</ul>");
            }
            4 | 5 => {
                self.out.push_str(&format!("<table{flow} columns=\"1fr\" cell-padding=\"1pt\" row-orphans=\"{}\">", self.random.below(3) + 1));
                if self.random.below(2) == 0 {
                    self.out.push_str("<thead><tr><th>head</th></tr></thead>");
                }
                for _ in 0..=self.random.below(6) {
                    self.out.push_str("<tr><td>");
                    if self.random.below(4) == 0 {
                        self.blocks(depth - 1)
                    } else {
                        self.words(12)
                    }
                    self.out.push_str("</td></tr>");
                }
                if self.random.below(2) == 0 {
                    self.out.push_str("<tfoot><tr><td>");
                    self.words(3);
                    self.out.push_str("</td></tr></tfoot>");
                }
                self.out.push_str("</table>");
            }
            _ => {
                self.out.push_str(&format!("<columns{flow} gap=\"6pt\">"));
                // Side by side only once: in narrower columns words would be cut.
                let count = if self.is_divided { 0 } else { self.random.below(2) };
                let before = std::mem::replace(&mut self.is_divided, true);
                for _ in 0..=count {
                    self.out.push_str("<column padding=\"1pt\" background=\"#eee\">");
                    self.blocks(depth - 1);
                    self.out.push_str("</column>");
                }
                self.is_divided = before;
                self.is_parallel |= count > 0;
                self.out.push_str("</columns>");
            }
        }
    }
}

/// Composes bodies made from seeds; gives what is wrong.
pub fn run(seeds: std::ops::Range<u64>) -> String {
    let mut wrong = String::new();
    for seed in seeds {
        let mut body =
            Body { random: Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)), words: 0, is_parallel: false, is_divided: false, out: String::new() };
        body.blocks(3);
        let pages = r#"<page name="first" size="160pt 130pt" margin="20pt 10pt 20pt 40pt"/> <page name="rest" size="160pt 130pt" margin="10pt"/>
            <page name="last" size="160pt 130pt" margin="10pt 10pt 50pt"/>"#;
        let parts = format!("{pages}<body style=\"text\">{}</body>", body.out);
        let description = pages::describe(&pages::Case::of_parts(&parts));
        let shown: Vec<String> = (description.iter())
            .filter(|line| line.starts_with("line ") && line.contains(" = "))
            .flat_map(|line| {
                line.split('"').nth(1).unwrap_or_default().split(' ').filter(|word| word.starts_with('w')).map(str::to_string).collect::<Vec<_>>()
            })
            .collect();
        let mut wanted: Vec<String> = (0..body.words).map(|number| format!("w{number}")).collect();
        let mut shown = shown;
        if body.is_parallel {
            shown.sort();
            wanted.sort();
        }
        if shown != wanted {
            let at = shown.iter().zip(&wanted).take_while(|(a, b)| a == b).count();
            let first = description.first().cloned().unwrap_or_default();
            wrong += &format!("seed {seed}: word {at} of {} is {:?} ({first}; {} shown)\n{}\n", body.words, shown.get(at), shown.len(), body.out);
        }
    }
    wrong
}
