//! How answers are told apart, paged and followed: the rules of `x-afflux`, checked against the operation.

use super::{
    super::{
        api::{Answers, Items, Job, NotYet, Output, Paging, Parameter, Shape},
        spec::{self, ErrorRule, Place, Span},
    },
    Lowering,
    bodies::is_text,
};

impl<'a> Lowering<'a> {
    pub(super) fn answers(&mut self, operation: &'a spec::Operation, output: &Output) -> Answers {
        let extension = &operation.extension.value;
        let shapes: Vec<&Shape> = match output {
            Output::Single(shape) => vec![shape],
            Output::Several { variants, .. } => variants.iter().map(|variant| &variant.shape).collect(),
        };
        let has = |wanted: fn(&Shape) -> bool| shapes.iter().any(|shape| wanted(shape));
        // A text beside a page has no shape of its own, and still comes.
        let mut contents = operation.responses.iter().flat_map(|(_, answer)| answer.value.content.iter());
        let text = contents.any(|(content_type, _)| is_text(&content_type.value));
        let json = has(|shape| matches!(shape, Shape::One { .. } | Shape::Page { .. }));
        let empty = has(|shape| *shape == Shape::Empty);
        let errors = &self.document.extension.errors;
        let paths = match extension.errors.as_ref().map(|rule| (&rule.value, Span::of(rule))) {
            None => errors.get("default"),
            Some((ErrorRule::Paths(paths), _)) => Some(paths),
            Some((ErrorRule::Named(name), span)) => {
                let found = errors.get(name);
                if found.is_none() {
                    self.fault(span, format!("there is no `{name}` among the errors"));
                }
                found
            }
        };
        let mut also = Vec::new();
        for (status, paths) in extension.also.iter() {
            match status.value.parse::<u16>() {
                Ok(number @ 300..600) => also.push((number, paths.words())),
                _ => self.fault(Span::of(status), format!("`{}` is not a status beside 2xx", status.value)),
            }
        }
        if let (Some(_), Some(failure)) = (&extension.success, &extension.failure) {
            self.fault(Span::of(failure), "`success` and `failure` contradict each other: one mark decides");
        }
        if extension.envelope.is_some() && extension.items.is_some() {
            self.fault(
                Span::of(&operation.id),
                "`envelope` and `items` contradict each other: `items.at` is the path",
            );
        }
        if let Some(envelope) = &extension.envelope
            && !has(|shape| matches!(shape, Shape::One { .. }))
        {
            self.fault(Span::of(envelope), "there is no JSON answer that could be in an envelope");
        }
        Answers {
            format: match (text, json) {
                (true, true) => "TextOrJson",
                (true, false) => "Text",
                (false, true) => "Json",
                (false, false) => "Empty",
            },
            success: extension.success.as_ref().map(|success| (success.path.clone(), success.is.words())),
            failure: extension.failure.as_ref().map(|mark| (mark.value.path.clone(), mark.value.is.words())),
            code: paths.map(|paths| paths.code.words()).unwrap_or_default(),
            message: paths.map(|paths| paths.message.words()).unwrap_or_default(),
            field: paths.map(|paths| paths.field.words()).unwrap_or_default(),
            unauthorized: extension.unauthorized.words(),
            unsettled: extension.unsettled.words(),
            not_yet: extension
                .not_yet
                .iter()
                .map(|rule| NotYet { code: rule.code.clone(), wait: rule.wait.0, attempts: rule.attempts })
                .collect(),
            outcomes: extension.outcomes.words(),
            also,
            retry_server_errors: extension.retry_server_errors,
            limit_precedes_work: extension.limit_precedes_work.unwrap_or(true),
            limit_wait: extension.limit_wait.map(|time| time.0),
            may_be_empty: extension.may_be_empty || (empty && json),
        }
    }

    pub(super) fn items(operation: &spec::Operation) -> Option<Items> {
        let rule = &operation.extension.value.items.as_ref()?.value;
        Some(Items {
            at: rule.at.clone(),
            or_under: rule.or_under.clone(),
            wrapped: rule.wrapped.clone(),
            keyed: rule.keyed,
            optional: rule.optional,
        })
    }

    pub(super) fn paging(
        &mut self,
        operation: &'a spec::Operation,
        output: &Output,
        parameters: &[Parameter],
    ) -> Vec<Paging> {
        let Some(stated) = operation.extension.value.paging.as_ref() else { return Vec::new() };
        let span = Span::of(stated);
        if !matches!(output, Output::Single(Shape::Page { .. })) {
            self.fault(span, "only an operation with `items` can be paged");
        }
        stated.value.0.iter().filter_map(|rule| self.way_of_paging(rule, span, parameters)).collect()
    }

    fn way_of_paging(
        &mut self,
        rule: &spec::PagingRule,
        span: Span,
        parameters: &[Parameter],
    ) -> Option<Paging> {
        let named = [&rule.page, &rule.size, &rule.offset, &rule.limit, &rule.cursor];
        for name in named.into_iter().flatten() {
            let known =
                |parameter: &Parameter| parameter.name == name.value && parameter.place == Place::Query;
            if !parameters.iter().any(known) {
                self.fault(Span::of(name), format!("`{}` is not a query parameter", name.value));
            }
        }
        let text = |name: &spec::Spanned<String>| name.value.clone();
        let spec::PagingRule { page, size, offset, limit, cursor, max, total, next, link, until, encoded } =
            rule;
        match (page, size, offset, limit, cursor, max, total, next, link, until, *encoded) {
            (Some(page), Some(size), None, None, None, Some(max), None, None, None, Some(_), false) => {
                Some(Paging::Number { page: text(page), size: text(size), max: *max })
            }
            (
                None,
                None,
                Some(offset),
                Some(limit),
                None,
                Some(max),
                Some(total),
                None,
                None,
                None,
                false,
            ) => {
                let total = total.clone();
                Some(Paging::Offset { offset: text(offset), limit: text(limit), max: *max, total })
            }
            (None, None, None, None, Some(cursor), None, None, Some(next), None, None, encoded) => {
                Some(Paging::Cursor { parameter: text(cursor), next: next.clone(), encoded })
            }
            (None, None, None, None, None, None, None, None, Some(link), None, false) => {
                Some(Paging::Link { next: link.clone() })
            }
            _ => {
                self.fault(
                    span,
                    "a way of paging is one of {page, size, max, until: empty-page}, {offset, limit, max, total}, \
                     {cursor, next, encoded}, {link}",
                );
                None
            }
        }
    }

    pub(super) fn job(extension: &spec::OperationExtension) -> Option<Job> {
        let rule = extension.job.as_ref()?;
        let lists = [
            ("status", &rule.status),
            ("done", &rule.done),
            ("failed", &rule.failed),
            ("progress", &rule.progress),
            ("poll", &rule.poll),
            ("poll_id", &rule.poll_id),
            ("result", &rule.result),
        ];
        Some(Job {
            lists: lists.into_iter().map(|(name, words)| (name, words.words())).collect(),
            poll_parameter: rule.poll_parameter.as_ref().map(|name| name.value.clone()),
        })
    }
}
