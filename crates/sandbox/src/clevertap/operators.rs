//! What a value of `profileData` does to a property: it stands in its place, or is an operator on what is there.

use serde_json::{Map, Number, Value};

/// Values in a list, at most; the oldest leave.
const MOST_VALUES: usize = 100;

/// Applies one value.
pub(super) fn apply(properties: &mut Map<String, Value>, key: &str, value: &Value) {
    let operator =
        value.as_object().filter(|members| members.len() == 1).and_then(|members| members.iter().next());
    let Some((operator, operand)) = operator.filter(|(name, _)| name.starts_with('$')) else {
        properties.insert(key.to_owned(), value.clone());
        return;
    };
    let present = properties.get(key);
    let next = match operator.as_str() {
        "$set" => Some(operand.clone()),
        "$add" => Some(Value::from(added(list(present), list(Some(operand))))),
        "$remove" => {
            let gone = list(Some(operand));
            let left: Vec<Value> = list(present).into_iter().filter(|value| !gone.contains(value)).collect();
            Some(Value::from(left)).filter(|left| left != &Value::Array(Vec::new()))
        }
        "$incr" => sum(present, operand, 1),
        "$decr" => sum(present, operand, -1),
        // `$delete`, whatever it is given.
        _ => None,
    };
    match next {
        Some(next) => drop(properties.insert(key.to_owned(), next)),
        None => drop(properties.remove(key)),
    }
}

/// A property as a list: a single value is one of a list of one, as a text.
fn list(value: Option<&Value>) -> Vec<Value> {
    match value {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(values)) => values.clone(),
        Some(Value::String(text)) => vec![Value::from(text.clone())],
        Some(other) => vec![Value::from(other.to_string())],
    }
}

fn added(mut present: Vec<Value>, new: Vec<Value>) -> Vec<Value> {
    for value in new {
        if !present.contains(&value) {
            present.push(value);
        }
    }
    let surplus = present.len().saturating_sub(MOST_VALUES);
    present.drain(..surplus);
    present
}

fn sum(present: Option<&Value>, operand: &Value, sign: i64) -> Option<Value> {
    if let (Some(present), Some(operand)) = (present.map_or(Some(0), Value::as_i64), operand.as_i64()) {
        return Some(Value::from(present.saturating_add(operand.saturating_mul(sign))));
    }
    let sign = if sign < 0 { -1.0 } else { 1.0 };
    let total = present.and_then(Value::as_f64).unwrap_or(0.0) + sign * operand.as_f64()?;
    Number::from_f64(total).map(Value::Number)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::{Value, json};

    use super::apply;

    fn after(present: Value, value: &Value) -> Option<Value> {
        let mut properties = serde_json::Map::new();
        if !present.is_null() {
            properties.insert("p".to_owned(), present);
        }
        apply(&mut properties, "p", value);
        properties.remove("p")
    }

    #[test]
    fn an_operator_changes_what_is_there_and_a_plain_value_takes_its_place() {
        let table = [
            (json!(["a"]), json!("b"), Some(json!("b"))),
            (json!(["a"]), json!({"$add": ["b", "a"]}), Some(json!(["a", "b"]))),
            (json!(7), json!({"$add": ["b"]}), Some(json!(["7", "b"]))),
            (json!(["a", "b"]), json!({"$remove": ["a"]}), Some(json!(["b"]))),
            (json!("a"), json!({"$remove": ["a"]}), None),
            (json!(40), json!({"$incr": 10}), Some(json!(50))),
            (json!(40), json!({"$decr": 30}), Some(json!(10))),
            (Value::Null, json!({"$incr": 1.5}), Some(json!(1.5))),
            (json!("x"), json!({"$delete": 1}), None),
            (json!("x"), json!({"$set": "y"}), Some(json!("y"))),
            // Two members are no operator.
            (Value::Null, json!({"$incr": 1, "b": 2}), Some(json!({"$incr": 1, "b": 2}))),
        ];
        for (present, value, expected) in table {
            assert_eq!(after(present.clone(), &value), expected, "{value} on {present}");
        }
    }

    #[test]
    fn a_list_keeps_the_newest_hundred() {
        let many: Vec<Value> = (0..100).map(|number| Value::from(number.to_string())).collect();
        let list = after(Value::from(many), &json!({"$add": ["new"]})).unwrap();
        let list = list.as_array().unwrap();
        assert_eq!(
            (list.len(), list.first().unwrap(), list.last().unwrap()),
            (100, &json!("1"), &json!("new"))
        );
    }
}
