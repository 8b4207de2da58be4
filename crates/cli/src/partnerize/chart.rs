//! Lines over time: in a terminal, and as SVG.

use std::{fmt::Write, path::Path};

use jiff::civil::DateTime;
use plotters::{
    chart::ChartBuilder,
    drawing::IntoDrawingArea,
    element::PathElement,
    prelude::SVGBackend,
    series::LineSeries,
    style::{Color, Palette, Palette99, WHITE},
};
use rasciigraph::{Config, plot_many};
use rust_decimal::{Decimal, prelude::ToPrimitive};

use crate::failure::Failure;

/// Rows of a drawing in a terminal.
const HEIGHT: u32 = 8;
/// Its widest.
const WIDTH: usize = 72;
/// Of an SVG.
const SIZE: (u32, u32) = (960, 420);

/// A line: its name and its points, none where nothing is known.
#[derive(Debug, Clone)]
pub(crate) struct Series {
    pub(crate) name: String,
    pub(crate) points: Vec<(DateTime, Option<Decimal>)>,
}

/// Lines of one metric.
#[derive(Debug, Clone)]
pub(crate) struct Chart {
    pub(crate) title: String,
    pub(crate) series: Vec<Series>,
}

impl Chart {
    /// The drawing as text, without a line end; nothing where there is nothing to draw.
    pub(crate) fn text(&self) -> Option<String> {
        let lines: Vec<Vec<f64>> = self.series.iter().map(Series::drawn).collect();
        let longest = lines.iter().map(Vec::len).max().filter(|points| *points > 1)?;
        // The library draws a point a column; wider is easier to read while there is room.
        let step = (WIDTH / longest).clamp(1, 6);
        let width = u32::try_from(((longest - 1) * step + 1).min(WIDTH)).ok()?;
        let config = Config::default().with_height(HEIGHT).with_width(width).with_offset(2);
        let mut text = plot_many(lines, config).trim_end().to_owned();
        let times = || self.series.iter().flat_map(|series| &series.points).map(|(time, _)| *time);
        let (first, last) = (times().min()?, times().max()?);
        let _ = write!(text, "\n{:>12}{} to {}: {}", "", day(first), day(last), self.title);
        Some(text)
    }

    /// Draws it into a file.
    pub(crate) fn svg(&self, path: &Path) -> Result<(), Failure> {
        let mut text = String::new();
        self.draw(&mut text).ok_or_else(|| Failure::usage("there is nothing to draw in this range"))?;
        std::fs::write(path, text)
            .map_err(|error| Failure::file(format!("writing {}", path.display()), &error))
    }

    fn draw(&self, text: &mut String) -> Option<()> {
        let times = || self.series.iter().flat_map(|series| &series.points).map(|(time, _)| *time);
        let first = times().min()?;
        let at = |time: DateTime| time.duration_since(first).as_secs_f64();
        let last = at(times().max()?).max(1.0);
        let values = || {
            self.series
                .iter()
                .flat_map(|series| &series.points)
                .filter_map(|(_, value)| value.as_ref()?.to_f64())
        };
        let top = values().fold(0.0, f64::max);
        let bottom = values().fold(0.0, f64::min);
        let top = if top > bottom { top * 1.05 } else { bottom + 1.0 };
        let area = SVGBackend::with_string(text, SIZE).into_drawing_area();
        area.fill(&WHITE).ok()?;
        let mut chart = ChartBuilder::on(&area)
            .caption(&self.title, ("sans-serif", 18))
            .margin(12)
            .x_label_area_size(32)
            .y_label_area_size(72)
            .build_cartesian_2d(0.0..last, bottom..top)
            .ok()?;
        let label = |seconds: &f64| {
            let since = jiff::SignedDuration::try_from_secs_f64(*seconds).unwrap_or_default();
            first.checked_add(since).map_or_else(|_| String::new(), day)
        };
        chart.configure_mesh().x_labels(8).x_label_formatter(&label).draw().ok()?;
        for (number, series) in self.series.iter().enumerate() {
            let colour = Palette99::pick(number).mix(1.0);
            // A hole ends a line; the next point begins another.
            for part in series.points.split(|(_, value)| value.is_none()) {
                let part =
                    part.iter().filter_map(|(time, value)| Some((at(*time), value.as_ref()?.to_f64()?)));
                let drawn = chart.draw_series(LineSeries::new(part, colour.stroke_width(2))).ok()?;
                if self.series.len() > 1 {
                    drawn.label(&series.name).legend(move |(x, y)| {
                        PathElement::new(vec![(x, y), (x + 16, y)], colour.stroke_width(2))
                    });
                }
            }
        }
        if self.series.len() > 1 {
            chart.configure_series_labels().background_style(WHITE.mix(0.8)).draw().ok()?;
        }
        area.present().ok()
    }
}

impl Series {
    /// As numbers for a drawing. A hole is drawn as nothing earned; the table beside it tells the difference.
    fn drawn(&self) -> Vec<f64> {
        self.points.iter().map(|(_, value)| value.and_then(|value| value.to_f64()).unwrap_or(0.0)).collect()
    }
}

fn day(time: DateTime) -> String {
    if time.hour() == 0 && time.minute() == 0 {
        time.strftime("%-d %b %Y").to_string()
    } else {
        time.strftime("%-d %b %H:%M").to_string()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn chart(values: &[&[Option<i64>]]) -> Chart {
        let series = values.iter().enumerate().map(|(number, values)| Series {
            name: format!("line {number}"),
            points: values
                .iter()
                .enumerate()
                .map(|(day, value)| {
                    let day =
                        date(2026, 11, 1).saturating_add(jiff::Span::new().days(i64::try_from(day).unwrap()));
                    (day.at(0, 0, 0, 0), value.map(Decimal::from))
                })
                .collect(),
        });
        Chart { title: "EUR".to_owned(), series: series.collect() }
    }

    #[test]
    fn a_line_is_drawn_between_its_least_and_its_most_and_says_from_when_to_when() {
        let text = chart(&[&[Some(0), Some(740), Some(1480), Some(740), Some(0)]]).text().unwrap();
        assert!(text.starts_with(" 1480┤") && text.contains("\n    0┼"), "{text}");
        assert!(text.ends_with("1 Nov 2026 to 5 Nov 2026: EUR"), "{text}");
        assert!(text.lines().all(|line| line.chars().count() < 100), "{text}");
    }

    #[test]
    fn one_point_and_none_are_not_drawn() {
        assert_eq!(chart(&[&[Some(3)]]).text(), None);
        assert_eq!(chart(&[]).text(), None);
        assert_eq!(chart(&[]).svg(Path::new("/nowhere/x.svg")).unwrap_err().exit.code(), 2);
    }

    #[test]
    fn an_svg_has_a_line_for_each_series_and_one_more_behind_each_hole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("chart.svg");
        let chart = chart(&[&[Some(1), Some(2), None, Some(3), Some(4)], &[Some(5); 5]]);
        chart.svg(&path).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("<svg") && text.trim_end().ends_with("</svg>"), "{text}");
        assert!(text.contains("line 0") && text.contains("line 1") && text.contains("1 Nov 2026"), "{text}");
    }
}
