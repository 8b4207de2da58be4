//! A panic with a client in its hands and a call on the way: what the hook prints, and what the task leaves behind.

use std::{
    backtrace::Backtrace,
    fmt::Write,
    panic,
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use afflux_probe::{log, request, server::Server};
use afflux_tests::vendors::VENDORS;

use crate::{canaries, operations::settings};

#[tokio::test]
async fn a_panic_while_a_call_is_on_the_way_shows_no_secret() {
    let heard = log::listen();
    let said = Arc::new(Mutex::new(String::new()));
    let (hook, before) = (Arc::clone(&said), panic::take_hook());
    panic::set_hook(Box::new(move |info| {
        let mut said = hook.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(said, "{info}\n{info:?}\n{}", Backtrace::force_capture()).unwrap();
    }));
    for vendor in VENDORS {
        let server = Arc::new(Server::start(|_, to| {
            to.hold();
            Ok(())
        }));
        let access = canaries::access(vendor, &server.url());
        let search = canaries::search(vendor, &access);
        let engine = vendor.engine(&access, settings(1));
        let arrived = Arc::clone(&server);
        let task = tokio::spawn(async move {
            let request = request::valid(vendor.operations()[0], false);
            let mut call = pin!(engine.execute(request.clone()));
            while arrived.requests().is_empty() {
                // It never comes to an end: the vendor is silent.
                let _ = tokio::time::timeout(Duration::from_millis(1), &mut call).await;
            }
            panic!("cannot go on with {engine:?}, {engine:#?}, {request:?} and {:?}", engine.credentials());
        });
        let error = task.await.unwrap_err();
        let told = format!("{error} {error:?}");
        let payload = error.into_panic().downcast::<String>().unwrap();
        let said = std::mem::take(&mut *said.lock().unwrap_or_else(PoisonError::into_inner));
        assert!(said.contains("cannot go on with"), "the hook was not called: {said}");
        for output in [told, *payload, said, heard.take()] {
            search.clean("a panic", &output);
        }
    }
    panic::set_hook(before);
}
