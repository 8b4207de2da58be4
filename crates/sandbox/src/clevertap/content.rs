//! Content blocks.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::bodies;
use super::call::Call;
use super::state::State;
use crate::wire::Answer;

/// A content block.
#[derive(Debug, Clone)]
pub(super) struct Block {
    id: u64,
    name: String,
    kind: String,
    content: String,
    created: (Timestamp, String),
    updated: (Timestamp, String),
}

impl Block {
    fn shown(&self) -> Value {
        let time = |time: Timestamp| time.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string();
        json!({
            "id": self.id.to_string(),
            "name": self.name,
            "type": self.kind,
            "content": self.content,
            "createdAt": time(self.created.0),
            "createdBy": self.created.1,
            "updatedAt": time(self.updated.0),
            "updatedBy": self.updated.1,
        })
    }
}

/// Creates a block.
pub(super) fn create(state: &mut State, call: &Call<'_>) -> Answer {
    let text = |name: &str| call.text(name).unwrap_or_default().to_owned();
    let stamp = (call.now(), text("createdBy"));
    let block = Block {
        id: state.next_id(),
        name: text("name"),
        kind: text("type"),
        content: text("content"),
        created: stamp.clone(),
        updated: stamp,
    };
    let answer = bodies::ok(&bodies::success().with("id", block.id.to_string())).committed();
    state.blocks.push(block);
    answer
}

fn block<'a>(state: &'a mut State, id: Option<&str>) -> Result<&'a mut Block, Answer> {
    let id = id.and_then(|id| id.parse::<u64>().ok());
    let found = state.blocks.iter_mut().find(|block| Some(block.id) == id);
    found.ok_or_else(|| bodies::refused(400, "Content block not found"))
}

/// One block.
pub(super) fn get(state: &mut State, call: &Call<'_>) -> Answer {
    match block(state, call.request.query("id")) {
        Ok(block) => Answer::json(200, &block.shown()),
        Err(refusal) => refusal,
    }
}

/// Replaces the content of a block.
pub(super) fn update(state: &mut State, call: &Call<'_>) -> Answer {
    let text = |name: &str| call.text(name).unwrap_or_default().to_owned();
    match block(state, call.text("id")) {
        Ok(block) => {
            block.content = text("content");
            block.updated = (call.now(), text("updatedBy"));
            let body = crate::fields::Fields::default().with("message", "Updated").with("status", "success");
            bodies::ok(&body).committed()
        }
        Err(refusal) => refusal,
    }
}

/// A page of blocks.
pub(super) fn list(state: &State, call: &Call<'_>) -> Answer {
    let mut bounds = [None; 4];
    let names = ["createdAtFrom", "createdAtTo", "updatedFrom", "updatedTo"];
    for (bound, name) in bounds.iter_mut().zip(names) {
        if let Some(text) = call.request.query(name) {
            // Without milliseconds it is refused.
            let time = text.parse::<Timestamp>().ok().filter(|_| text.contains('.') && text.ends_with('Z'));
            match time {
                Some(time) => *bound = Some(time),
                None => return call.refused("Enter date in ISO format"),
            }
        }
    }
    let [created_from, created_to, updated_from, updated_to] = bounds;
    let within = |time: Timestamp, from: Option<Timestamp>, to: Option<Timestamp>| {
        from.is_none_or(|from| time >= from) && to.is_none_or(|to| time <= to)
    };
    let chosen: Vec<&Block> = state
        .blocks
        .iter()
        .filter(|block| within(block.created.0, created_from, created_to))
        .filter(|block| within(block.updated.0, updated_from, updated_to))
        .collect();
    let (page, size) = (call.count("pageNumber", 1).max(1), call.count("pageSize", 100).max(1));
    let shown: Vec<Value> =
        chosen.iter().skip((page - 1).saturating_mul(size)).take(size).map(|block| block.shown()).collect();
    bodies::ok(&bodies::success().with("contentBlocks", shown).with("total", chosen.len()))
}
