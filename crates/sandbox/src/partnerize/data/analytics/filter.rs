//! A condition on events.

use std::collections::HashMap;

use serde_json::Value;

use super::super::asked::Complaint;
use super::super::money::{Money, Purse, read};
use super::super::world::World;
use super::column::{Column, Event, column};
use super::source::Source;

/// A condition.
pub(super) struct Filter {
    subject: Subject,
    opposite: bool,
}

enum Subject {
    Word {
        column: &'static Column,
        compare: fn(&str, &str) -> bool,
        choices: Vec<String>,
        known: HashMap<usize, bool>,
    },
    Sum {
        of: fn(&Event<'_>) -> Money,
        compare: fn(&i128, &i128) -> bool,
        choices: Vec<i128>,
        currency: usize,
    },
}

impl Filter {
    /// Reads a condition; the field of a complaint is below the condition.
    pub(super) fn read(filter: &Value, source: Source, currency: usize) -> Result<Self, Complaint> {
        let word = |name: &str| filter.get(name).and_then(Value::as_str);
        let field = word("field").ok_or_else(|| Complaint::missing("[field]"))?;
        let operator = word("operator").unwrap_or("EQUALS");
        let unknown = || Complaint::invalid("[operator]", operator);
        let choices = match filter.get("value") {
            None => return Err(Complaint::missing("[value]")),
            Some(Value::Array(several)) => several.iter().map(plain).collect(),
            Some(one) => vec![plain(one)],
        };
        let sum: Option<fn(&Event<'_>) -> Money> = match field {
            "order_value" if source == Source::Conversions => {
                Some(|event| event.item.map(|(_, item)| item.value).unwrap_or_default())
            }
            "partner_commission" if source == Source::Conversions => {
                Some(|event| event.item.map(|(_, item)| item.commission).unwrap_or_default())
            }
            _ => None,
        };
        let subject = if let Some(of) = sum {
            let sum = |text: &String| read(text).ok_or_else(|| Complaint::invalid("[value]", text));
            Subject::Sum {
                of,
                compare: by_size(operator).ok_or_else(unknown)?,
                choices: choices.iter().map(sum).collect::<Result<_, _>>()?,
                currency,
            }
        } else {
            let column = column(field).filter(|_| source.has_column(field));
            Subject::Word {
                column: column.ok_or_else(|| Complaint::invalid("[field]", field))?,
                compare: by_word(operator).ok_or_else(unknown)?,
                choices,
                known: HashMap::new(),
            }
        };
        Ok(Self { subject, opposite: filter.get("not").and_then(Value::as_bool).unwrap_or(false) })
    }

    pub(super) fn lets_through(&mut self, world: &World, event: &Event<'_>) -> bool {
        let holds = match &mut self.subject {
            Subject::Word { column, compare, choices, known } => {
                let number = (column.number)(event);
                *known.entry(number).or_insert_with(|| {
                    let own = (column.word)(world, number);
                    own.is_some_and(|word| choices.iter().any(|choice| compare(&word, choice)))
                })
            }
            Subject::Sum { of, compare, choices, currency } => {
                let mut purse = Purse::default();
                purse.add(event.item.map_or(0, |(conversion, _)| conversion.currency), of(event));
                let sum = purse.converted(*currency);
                choices.iter().any(|choice| compare(&sum, choice))
            }
        };
        holds != self.opposite
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn by_word(operator: &str) -> Option<fn(&str, &str) -> bool> {
    Some(match operator {
        "EQUALS" => |word, choice| word == choice,
        "STARTS_WITH" => |word, choice| word.starts_with(choice),
        "ENDS_WITH" => |word, choice| word.ends_with(choice),
        "CONTAINS" => |word, choice| word.contains(choice),
        "SEARCH" => |word, choice| word.to_lowercase().contains(&choice.to_lowercase()),
        _ => return None,
    })
}

fn by_size(operator: &str) -> Option<fn(&i128, &i128) -> bool> {
    Some(match operator {
        "EQUALS" => i128::eq,
        "GREATER_THAN" => i128::gt,
        "GREATER_THAN_OR_EQUALS" => i128::ge,
        "LESS_THAN" => i128::lt,
        "LESS_THAN_OR_EQUALS" => i128::le,
        _ => return None,
    })
}
