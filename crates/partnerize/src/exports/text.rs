//! The encodings of exports, as UTF-8. The document knows two of them.

use std::borrow::Cow;

/// What the bytes are, once their beginning was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Utf8,
    Little,
    Big,
}

/// Turns an export into UTF-8, chunk by chunk, wherever chunks end.
///
/// A byte order mark decides, whatever was asked for. Without one, UTF-16 is recognised by its first character, which is
/// a letter of a column's name. UTF-8 passes as it is; half of a surrogate pair becomes U+FFFD.
#[derive(Debug)]
pub(super) struct Decoder {
    wide: bool,
    form: Option<Form>,
    /// Bytes that need what comes behind them: of the beginning, or of a character.
    waiting: Vec<u8>,
}

/// The bytes end inside of a character.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct CutOff;

impl Decoder {
    /// `wide`: UTF-16 was asked for.
    pub(super) fn new(wide: bool) -> Self {
        Self { wide, form: None, waiting: Vec::new() }
    }

    /// What is known of the text behind this chunk.
    pub(super) fn decode<'a>(&mut self, chunk: &'a [u8]) -> Cow<'a, [u8]> {
        match self.form {
            Some(Form::Utf8) => Cow::Borrowed(chunk),
            Some(Form::Little) => Cow::Owned(self.characters(chunk, u16::from_le_bytes)),
            Some(Form::Big) => Cow::Owned(self.characters(chunk, u16::from_be_bytes)),
            None => {
                self.waiting.extend_from_slice(chunk);
                if self.waiting.len() < 3 { Cow::Borrowed(&[]) } else { Cow::Owned(self.begin()) }
            }
        }
    }

    /// What is left at the end.
    pub(super) fn end(&mut self) -> Result<Vec<u8>, CutOff> {
        let rest = if self.form.is_none() { self.begin() } else { Vec::new() };
        if self.form == Some(Form::Utf8) || self.waiting.is_empty() { Ok(rest) } else { Err(CutOff) }
    }

    fn begin(&mut self) -> Vec<u8> {
        let bytes = std::mem::take(&mut self.waiting);
        let (form, mark) = match *bytes.as_slice() {
            [0xef, 0xbb, 0xbf, ..] => (Form::Utf8, 3),
            [0xff, 0xfe, ..] => (Form::Little, 2),
            [0xfe, 0xff, ..] => (Form::Big, 2),
            [0, ..] if self.wide => (Form::Big, 0),
            [_, 0, ..] if self.wide => (Form::Little, 0),
            _ => (Form::Utf8, 0),
        };
        self.form = Some(form);
        self.decode(bytes.get(mark..).unwrap_or_default()).into_owned()
    }

    fn characters(&mut self, chunk: &[u8], unit: fn([u8; 2]) -> u16) -> Vec<u8> {
        let joined: Cow<'_, [u8]> = if self.waiting.is_empty() {
            Cow::Borrowed(chunk)
        } else {
            self.waiting.extend_from_slice(chunk);
            Cow::Owned(std::mem::take(&mut self.waiting))
        };
        let (units, _) = joined.as_chunks::<2>();
        let mut whole = units.len();
        // The first half of a pair waits for the second.
        if units.last().is_some_and(|last| matches!(unit(*last), 0xd800..0xdc00)) {
            whole -= 1;
        }
        let mut text = String::with_capacity(whole + whole / 8);
        let characters = char::decode_utf16(units.iter().take(whole).map(|bytes| unit(*bytes)));
        text.extend(characters.map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER)));
        self.waiting = joined.get(whole * 2..).unwrap_or_default().to_vec();
        text.into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decoded<'a>(wide: bool, chunks: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<u8>, CutOff> {
        let mut decoder = Decoder::new(wide);
        let mut text = Vec::new();
        for chunk in chunks {
            text.extend_from_slice(&decoder.decode(chunk));
        }
        text.extend(decoder.end()?);
        Ok(text)
    }

    fn wide(text: &str, mark: &[u8], bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        mark.iter().copied().chain(text.encode_utf16().flat_map(bytes)).collect()
    }

    #[test]
    fn a_byte_order_mark_decides_and_is_no_text() {
        let text = "id,größe\n1,🎉\n";
        for bytes in [
            text.as_bytes().to_vec(),
            [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            wide(text, &[0xff, 0xfe], u16::to_le_bytes),
            wide(text, &[0xfe, 0xff], u16::to_be_bytes),
        ] {
            for asked in [false, true] {
                assert_eq!(decoded(asked, [bytes.as_slice()]).as_deref(), Ok(text.as_bytes()), "{bytes:?}");
            }
        }
    }

    #[test]
    fn utf_16_without_a_mark_is_known_by_its_first_letter() {
        for bytes in [wide("id", &[], u16::to_le_bytes), wide("id", &[], u16::to_be_bytes)] {
            assert_eq!(decoded(true, [bytes.as_slice()]).as_deref(), Ok(b"id".as_slice()));
        }
        assert_eq!(
            decoded(true, [b"id".as_slice()]).as_deref(),
            Ok(b"id".as_slice()),
            "sent as UTF-8 after all"
        );
        assert_eq!(decoded(true, []).as_deref(), Ok(b"".as_slice()));
    }

    #[test]
    fn a_text_that_ends_inside_of_a_character_was_cut_off() {
        let whole = wide("a🎉", &[0xff, 0xfe], u16::to_le_bytes);
        assert_eq!(decoded(true, [&whole[..whole.len() - 1]]), Err(CutOff));
        assert_eq!(decoded(true, [&whole[..whole.len() - 2]]), Err(CutOff));
    }

    proptest! {
        #[test]
        fn where_chunks_end_does_not_matter(text in any::<String>(), size in 1_usize..7) {
            let bytes = wide(&text, &[0xff, 0xfe], u16::to_le_bytes);
            prop_assert_eq!(decoded(true, bytes.chunks(size)).unwrap(), text.into_bytes());
        }
    }
}
