//! Calls: request values bound to an engine, by group, with their setters forwarded.
//!
//! What the vendor names are methods by that name; what is ours begins with `with_`, so that they cannot clash.

use std::fmt::Write as _;

use super::{
    super::{
        api::{Api, Operation, Ty},
        names,
    },
    operations::groups,
    text::{HEADER, doc, inline, module_doc},
    value::argument,
};

const CALL: &str = r#"
/// A call that is ready to be sent: a request and the engine that makes it.
///
/// What the vendor names are methods by that name; what is this client's own begins with `with_`.
#[derive(Debug, Clone)]
#[must_use = "nothing is sent before `send`"]
pub struct Call<'a, E> {
    engine: &'a Engine,
    endpoint: E,
    deadline: Option<Duration>,
    timeout: Option<Duration>,
    repeat_unknown: bool,
    resume: Option<Resume>,
}

impl<'a, E: Endpoint> Call<'a, E> {
    /// Binds a request value to an engine.
    pub fn new(engine: &'a Engine, endpoint: E) -> Self {
        Self { engine, endpoint, deadline: None, timeout: None, repeat_unknown: false, resume: None }
    }

    /// The time for all attempts and waits together.
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// The time for one attempt.
    pub fn with_attempt_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Accepts that a repeat may do it twice: an unknown outcome is tried again.
    pub fn with_repeat_unknown(mut self) -> Self {
        self.repeat_unknown = true;
        self
    }

    /// The request value.
    pub fn endpoint(&self) -> &E {
        &self.endpoint
    }

    /// The request value, taken out.
    pub fn into_endpoint(self) -> E {
        self.endpoint
    }

    /// Makes the call.
    pub async fn send(self) -> Result<Response<E::Output>, Error> {
        let mut request = self.endpoint.encode()?;
        if let Some(deadline) = self.deadline {
            request = request.deadline(deadline);
        }
        if let Some(timeout) = self.timeout {
            request = request.attempt_timeout(timeout);
        }
        if self.repeat_unknown {
            request = request.repeat_unknown();
        }
        let endpoint = self.endpoint;
        self.engine.send(request, move |raw| endpoint.decode(raw)).await
    }
}
"#;

const LISTINGS: &str = r"
impl<E: Paged + 'static> Call<'_, E> {
    /// Goes on where an earlier listing stopped.
    pub fn with_resume(mut self, resume: Resume) -> Self {
        self.resume = Some(resume);
        self
    }

    /// The rows of one answer, or the first of them that does not decode.
    pub async fn rows(self) -> Result<Vec<Kept<E::Row>>, Error> {
        self.engine().rows(&self.endpoint).await
    }

    /// The items of the listing, fetched page by page as they are consumed.
    pub fn items(self) -> Result<Items<E>, Error> {
        self.engine().items(self.endpoint, self.resume)
    }

    /// The pages of the listing.
    pub fn pages(self) -> Result<Pages<E>, Error> {
        self.engine().pages(self.endpoint, self.resume)
    }

    /// The engine with the deadline of this call, which holds for each page.
    fn engine(&self) -> Engine {
        self.deadline.map_or_else(|| self.engine.clone(), |deadline| self.engine.with_deadline(deadline))
    }
}
";

/// `calls.rs`, or nothing where a hand-written face serves every operation.
pub(crate) fn calls(api: &Api) -> Option<String> {
    let mut body = CALL.to_owned();
    let listings =
        api.operations.iter().any(|operation| operation.items.is_some() && !operation.hand_written_face);
    if listings {
        body.push_str(LISTINGS);
    } else {
        body = body.replace("    resume: Option<Resume>,\n", "").replace(", resume: None", "");
    }
    let mut any = false;
    for group in groups(api) {
        let served = || {
            api.operations.iter().filter(|operation| operation.group == group && !operation.hand_written_face)
        };
        if served().next().is_none() {
            continue;
        }
        any = true;
        let name = format!("{}Calls", names::pascal(group));
        let _ = write!(
            body,
            "\n/// The calls of `{group}`.\n#[derive(Debug, Clone, Copy)]\npub struct {name}<'a> {{ pub(crate) engine: &'a Engine }}\n\n\
             impl<'a> {name}<'a> {{\n    /// Calls that `engine` makes.\n    pub fn new(engine: &'a Engine) -> Self {{ Self {{ engine }} }}\n"
        );
        for operation in served() {
            body.push_str(&start(operation));
        }
        body.push_str("}\n");
        for operation in served() {
            body.push_str(&forwarded(operation));
        }
    }
    if !any {
        return None;
    }
    let mut code = format!("{HEADER}{}\n", module_doc("Calls: request values bound to an engine, by group."));
    code.push_str("use std::time::Duration;\n\n");
    code.push_str("use afflux_core::{");
    let read =
        [("Amount", body.contains("Amount")), ("JsonText", body.contains("JsonText")), ("Kept", listings)];
    let read: Vec<&str> = read.into_iter().filter(|(_, used)| *used).map(|(name, _)| name).collect();
    if !read.is_empty() {
        let _ = write!(code, "decode::{{{}}}, ", read.join(", "));
    }
    if listings {
        code.push_str("page::{Items, Paged, Pages, Resume}, ");
    }
    if body.contains(": Body") {
        code.push_str("request::Body, ");
    }
    code.push_str("endpoint::Endpoint, engine::Engine, error::Error, response::Response};\n");
    if body.contains(": Uuid") || body.contains(" Uuid>") {
        code.push_str("use uuid::Uuid;\n");
    }
    code.push_str(&super::rust::siblings(api, &body, &["operations"]));
    code.push_str(&body);
    Some(code)
}

fn required(operation: &Operation) -> Vec<(String, Ty)> {
    let parameters = operation.parameters.iter().filter(|parameter| parameter.required);
    let mut arguments: Vec<(String, Ty)> =
        parameters.map(|parameter| (parameter.ident.clone(), parameter.ty.clone())).collect();
    if let Some(body) = operation.body.as_ref().filter(|body| body.required) {
        arguments.push(("body".to_owned(), body.ty.clone()));
    }
    arguments
}

fn start(operation: &Operation) -> String {
    let arguments = required(operation);
    let typed: String = arguments.iter().fold(String::new(), |mut code, (name, ty)| {
        let _ = write!(code, ", {name}: {}", argument(ty));
        code
    });
    let names: Vec<&str> = arguments.iter().map(|(name, _)| name.as_str()).collect();
    format!(
        "\n{}{}    pub fn {}(self{typed}) -> Call<'a, {name}> {{ Call::new(self.engine, {name}::new({})) }}\n",
        doc(&operation.summary, 4),
        inline(&typed),
        operation.call,
        names.join(", "),
        name = operation.name,
    )
}

fn forwarded(operation: &Operation) -> String {
    let mut methods = String::new();
    for parameter in operation.parameters.iter().filter(|parameter| !parameter.required) {
        let ident = &parameter.ident;
        let about =
            if parameter.doc.is_empty() { format!("`{}`.", parameter.name) } else { parameter.doc.clone() };
        let typed = argument(&parameter.ty);
        let _ = write!(
            methods,
            "{}{}    pub fn {ident}(mut self, {ident}: {typed}) -> Self {{ ",
            doc(&about, 4),
            inline(&typed)
        );
        let _ = write!(methods, "self.endpoint = self.endpoint.{ident}({ident}); self }}\n\n");
    }
    if let Some(body) = operation.body.as_ref().filter(|body| !body.required) {
        let typed = argument(&body.ty);
        let _ = write!(
            methods,
            "{}{}    pub fn body(mut self, body: {typed}) -> Self {{ self.endpoint = self.endpoint.body(body); self }}\n\n",
            doc(if body.doc.is_empty() { "The body." } else { &body.doc }, 4),
            inline(&typed)
        );
    }
    if operation.open_query {
        methods.push_str(
            "    /// Adds a parameter that has no setter here.\n    pub fn extra(mut self, name: impl Into<String>, value: impl Into<String>) -> Self { \
             self.endpoint = self.endpoint.extra(name, value); self }\n\n",
        );
    }
    if methods.is_empty() {
        return String::new();
    }
    format!("\nimpl Call<'_, {}> {{\n{methods}}}\n", operation.name)
}
