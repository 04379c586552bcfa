//! Colours that most eyes tell apart (after Okabe and Ito), and letters.

use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontDesc, FontFamily, FontStyle, RGBColor, TextStyle};
use trimtab::sim::Course;

use trimtab::simulation::{self, Tally};

pub(crate) const PAPER: RGBColor = RGBColor(255, 255, 255);
pub(crate) const INK: RGBColor = RGBColor(32, 36, 42);
pub(crate) const FAINT: RGBColor = RGBColor(110, 116, 124);
pub(crate) const GRID: RGBColor = RGBColor(228, 230, 233);
pub(crate) const DEMAND: RGBColor = RGBColor(0, 114, 178);
pub(crate) const CAPACITY: RGBColor = RGBColor(70, 74, 80);
pub(crate) const MISSED: RGBColor = RGBColor(213, 60, 40);
pub(crate) const REPLICAS: RGBColor = RGBColor(0, 158, 115);
pub(crate) const DOWN: RGBColor = RGBColor(120, 126, 134);

/// For what asked for more, in the order of how often it did; the last stands for all others.
const ASKED: [RGBColor; 5] = [
    RGBColor(230, 159, 0),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
    RGBColor(213, 94, 0),
    RGBColor(40, 40, 40),
];

/// Which colour stands for what asked a service to grow.
pub(crate) struct Paints(Vec<(String, RGBColor)>);

impl Paints {
    pub(crate) fn of(courses: &[Course]) -> Self {
        let grown =
            courses.iter().flat_map(Course::changes).filter(|change| change.to > change.from);
        let tally = Tally::of(grown.map(|change| simulation::asked(&change.because)));
        let words = tally.entries().iter().map(|(word, _)| word.clone());
        let many = tally.entries().len();
        let last = ASKED.len() - 1;
        let mut paints: Vec<_> = words.zip(ASKED).collect();
        if many > ASKED.len() {
            paints.truncate(last);
            paints.push(("something else".into(), ASKED[last]));
        }
        Self(paints)
    }

    /// Each word with its colour.
    pub(crate) fn up(&self) -> impl Iterator<Item = (&str, RGBColor)> {
        self.0.iter().map(|(word, color)| (word.as_str(), *color))
    }

    pub(crate) fn of_word(&self, word: &str) -> RGBColor {
        let found = self.0.iter().find(|(known, _)| known == word);
        found.or_else(|| self.0.last()).map_or(DOWN, |(_, color)| *color)
    }
}

/// Where a text's position is at its right end.
pub(crate) const RIGHT: Pos = Pos { h_pos: HPos::Right, v_pos: VPos::Top };

/// Letters of a height, in pixels; a text's position is its upper left corner.
pub(crate) fn text<'a>(pixels: u32, color: RGBColor) -> TextStyle<'a> {
    letters(pixels, FontStyle::Normal).color(&color)
}

/// The same, bold.
pub(crate) fn bold<'a>(pixels: u32, color: RGBColor) -> TextStyle<'a> {
    letters(pixels, FontStyle::Bold).color(&color)
}

/// About how wide a text comes out, in pixels: nobody knows the reader's letters.
pub(crate) fn width(text: &str, pixels: u32) -> i32 {
    let letters = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
    i32::try_from(letters.saturating_mul(pixels).saturating_mul(54) / 100).unwrap_or(i32::MAX)
}

fn letters<'a>(pixels: u32, style: FontStyle) -> FontDesc<'a> {
    // The library takes a font's size for its line height, and divides by this.
    let size = f64::from(pixels) * 1.24;
    FontDesc::new(FontFamily::Name("Helvetica, Arial, sans-serif"), size, style)
}
