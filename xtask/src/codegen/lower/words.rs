//! Ids and open enums.

use super::{
    super::{
        api::{Id, Word, Words},
        names,
        spec::{Schema, Span, Type},
    },
    Lowering,
    text::described,
};

impl<'a> Lowering<'a> {
    pub(super) fn id(&mut self, name: &str, schema: &'a Schema, span: Span) {
        if !names::is_type_name(name) {
            self.fault(span, format!("`{name}` is not the name of a type: it must be like `LeadUuid`"));
        }
        if self.taken.contains_key(name) {
            self.fault(span, format!("the name `{name}` is already that of another type"));
        }
        for kind in &schema.extension.accepts.0 {
            if !matches!(Type::of(&kind.value), Some(Type::Number | Type::String | Type::Integer)) {
                self.fault(span, format!("an id cannot accept `{}`", kind.value));
            }
        }
        let doc = schema.description.clone().unwrap_or_default();
        let id = self.ids.entry(name.to_owned()).or_insert(Id { name: name.to_owned(), doc: String::new() });
        if id.doc.is_empty() {
            id.doc = doc;
        }
    }

    pub(super) fn open_enum(&mut self, schema: &'a Schema, name: &str, span: Span) {
        let Some(words) = &schema.words else { return };
        let meanings = &schema.extension.words;
        let mut entries: Vec<Word> = Vec::new();
        for word in &words.value {
            let named = schema.extension.variants.get(&word.value);
            let variant = match named.map_or_else(|| names::pascal(&word.value), |name| name.value.clone()) {
                variant if variant.is_empty() => "Empty".to_owned(),
                variant if variant == "Unknown" => "UnknownWord".to_owned(),
                variant => variant,
            };
            if entries.iter().any(|entry| entry.variant == variant) {
                self.fault(Span::of(word), format!("two words would be called `{variant}`"));
            }
            let doc = match meanings.get(&word.value) {
                Some(meaning) => meaning.clone(),
                None if meanings.is_empty() => format!("`{}`.", word.value),
                None => {
                    self.fault(
                        Span::of(word),
                        format!("`x-afflux.words` does not say what `{}` means", word.value),
                    );
                    String::new()
                }
            };
            entries.push(Word { variant, word: word.value.clone(), doc });
        }
        for (word, _) in meanings.iter() {
            if !words.value.iter().any(|listed| listed.value == word.value) {
                self.fault(Span::of(word), format!("`{}` is not among the words of the enum", word.value));
            }
        }
        for (word, _) in schema.extension.variants.iter() {
            if !words.value.iter().any(|listed| listed.value == word.value) {
                self.fault(Span::of(word), format!("`{}` is not among the words of the enum", word.value));
            }
        }
        if entries.is_empty() {
            self.fault(span, "an enum needs words");
        }
        if self.take(name, span) && !self.words.contains_key(name) {
            let words = Words { name: name.to_owned(), doc: described(schema, name), words: entries };
            self.words.insert(name.to_owned(), (span, words));
        }
    }
}
