//! Work that a vendor does later, and answers too large for memory.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod support;

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use afflux_core::{
    Delivery, ErrorKind,
    base_url::BaseUrl,
    download::WholeFile,
    engine::Engine,
    job::{Job, JobHandle, JobState},
    limit::Bucket,
    operation::{JobRules, Operation},
    request::Request,
    transport::{MockTransport, Reply},
};
use support::{
    base,
    operations::{CREATE, EXPORT, READ},
    peer::{Peer, http},
    quick,
};

mod jobs {
    use super::*;

    const BY_LINK: JobRules = JobRules {
        status: &["job.status"],
        done: &["done"],
        failed: &["failed"],
        progress: &["job.percent"],
        poll: &["job.self"],
        poll_id: &["job.id"],
        poll_parameter: Some("id"),
        result: &["job.result"],
    };
    const ASK: Operation = Operation { job: Some(BY_LINK), path: "/jobs", ..READ };

    fn engine(transport: &MockTransport) -> Engine {
        Engine::builder("fixture", BaseUrl::parse("https://api.example/v1").unwrap())
            .credentials(support::token("token-of-the-fixture"))
            .transport(Arc::new(transport.clone()))
            .build()
            .unwrap()
    }

    fn running(percent: u32) -> Reply {
        Reply::answer(
            200,
            format!("{{\"job\":{{\"status\":\"running\",\"percent\":{percent},\"self\":\"/v1/jobs/7\"}}}}"),
        )
    }

    #[tokio::test(start_paused = true)]
    async fn a_job_survives_a_restart_and_leads_to_its_result() {
        let transport = MockTransport::script([
            running(0),
            running(40),
            running(80),
            Reply::answer(200, "{\"job\":{\"status\":\"done\",\"result\":\"/v1/results/7.csv?sig=a%2Bb\"}}"),
            Reply::answer(200, "id\n1\n"),
        ]);
        let first = engine(&transport);
        let answer = first.execute(Request::new(&CREATE).json_text("{}")).await.unwrap();
        let mut job = Job::started(&first, &ASK, &answer).unwrap();
        let JobState::Running { percent } = job.poll().await.unwrap() else { panic!("it is not done") };
        assert_eq!(percent, Some(40.0));
        let kept = serde_json::to_string(job.handle()).unwrap();
        drop((job, first));

        let second = engine(&transport);
        let handle: JobHandle = serde_json::from_str(&kept).unwrap();
        let mut told = Vec::new();
        let mut job = Job::resume(&second, &ASK, handle).unwrap();
        let result = job.wait(None, |percent| told.push(percent)).await.unwrap();
        assert_eq!(told, [Some(80.0)]);
        let request = Job::result_request(&EXPORT, result.link.as_ref().unwrap());
        assert_eq!(second.execute(request).await.unwrap().body(), "id\n1\n");
        let asked: Vec<String> =
            transport.seen().into_iter().map(|seen| format!("{}?{}", seen.path, seen.query)).collect();
        let expected =
            ["/v1/rows?", "/v1/jobs/7?", "/v1/jobs/7?", "/v1/jobs/7?", "/v1/results/7.csv?sig=a%2Bb"];
        assert_eq!(asked, expected);
    }

    #[tokio::test(start_paused = true)]
    async fn a_job_that_fails_or_leads_away_is_an_error_with_the_vendors_words() {
        let start = "{\"job\":{\"id\":\"7 8\"}}";
        let failed = Reply::answer(200, "{\"job\":{\"status\":\"failed\",\"why\":\"token-of-the-fixture\"}}");
        let transport = MockTransport::script([Reply::answer(200, start), failed]);
        let engine = engine(&transport);
        let answer = engine.execute(Request::new(&CREATE)).await.unwrap();
        let mut job = Job::started(&engine, &ASK, &answer).unwrap();
        let error = job.poll().await.unwrap_err();
        assert_eq!((error.kind(), error.vendor_code()), (ErrorKind::Refused, Some("failed")), "{error}");
        assert_eq!(error.raw_body().unwrap(), "{\"job\":{\"status\":\"failed\",\"why\":\"[masked]\"}}");
        assert_eq!(transport.seen()[1].query, "id=7%208");
        for body in ["{\"job\":{\"self\":\"https://evil.example/jobs/7\"}}", "{}", "[]"] {
            let transport = MockTransport::script([Reply::answer(200, body)]);
            let engine = super::jobs::engine(&transport);
            let answer = engine.execute(Request::new(&CREATE)).await.unwrap();
            let error = Job::started(&engine, &ASK, &answer).unwrap_err();
            assert_eq!(
                (error.kind(), error.delivery()),
                (ErrorKind::Decode, Delivery::Answered),
                "{body}: {error}"
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_stuck_job_ends_with_the_limit_and_asks_at_growing_pauses() {
        let transport = MockTransport::new(|_| running(1));
        let engine = engine(&transport);
        let answer = engine.execute(Request::new(&CREATE)).await.unwrap();
        let mut job = Job::started(&engine, &ASK, &answer).unwrap();
        let started = tokio::time::Instant::now();
        let error = job.wait(Some(Duration::from_secs(100)), drop).await.unwrap_err();
        assert_eq!((error.kind(), started.elapsed().as_secs()), (ErrorKind::Limit, 100), "{error}");
        // At 0, 1, 3, 7, 15, 31, 61, 91 and 100 s, and the start.
        assert_eq!(transport.seen().len(), 10);
    }
}

mod downloads {
    use super::*;

    fn export() -> Request {
        Request::new(&EXPORT)
    }

    #[tokio::test]
    async fn a_download_asks_the_vendor_for_no_more_than_is_consumed() {
        static WRITTEN: AtomicUsize = AtomicUsize::new(0);
        const WHOLE: usize = 64 * 1024 * 1024;
        let peer = Peer::start(|mut connection| async move {
            connection.request().await;
            connection.write(format!("HTTP/1.1 200 OK\r\ncontent-length: {WHOLE}\r\n\r\n").as_bytes()).await;
            let block = vec![b'a'; 256 * 1024];
            for _ in 0..WHOLE / block.len() {
                connection.write(&block).await;
                WRITTEN.fetch_add(block.len(), Ordering::SeqCst);
            }
            connection.hold().await;
        })
        .await;
        // The cap is for bodies in memory.
        let engine = quick(base(peer.address)).body_cap(1000).build().unwrap();
        let mut download = engine.download(export()).await.unwrap();
        download.chunk().await.unwrap().unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert!(WRITTEN.load(Ordering::SeqCst) < WHOLE / 3, "{WRITTEN:?} bytes were taken in advance");
        let mut longest = 0;
        while let Some(chunk) = download.chunk().await.unwrap() {
            longest = longest.max(chunk.len());
        }
        assert_eq!(download.received(), u64::try_from(WHOLE).unwrap());
        assert!(longest <= 2 * 1024 * 1024, "a chunk of {longest} bytes");
    }

    #[tokio::test(start_paused = true)]
    async fn an_empty_download_can_be_looked_at() {
        let transport = MockTransport::new(|_| Reply::answer(200, ""));
        let engine =
            quick(base("127.0.0.1:9".parse().unwrap())).transport(Arc::new(transport)).build().unwrap();
        let mut download = engine.download(export()).await.unwrap();
        assert_eq!(download.peek(|_| false).await.unwrap(), None);
        assert_eq!(download.chunk().await.unwrap(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_download_holds_its_permit_to_the_last_byte() {
        let transport = MockTransport::new(|_| Reply::answer(200, "id\n1\n"));
        let engine = Engine::builder("fixture", BaseUrl::parse("https://api.example").unwrap())
            .credentials(support::token("token-of-the-fixture"))
            .transport(Arc::new(transport))
            .buckets(vec![Bucket::new("default").concurrency(1)])
            .build()
            .unwrap();
        let mut download = engine.download(export()).await.unwrap();
        let waits = engine.with_deadline(Duration::from_secs(5)).execute(export()).await.unwrap_err();
        assert_eq!(waits.kind(), ErrorKind::Limit, "{waits}");
        while download.chunk().await.unwrap().is_some() {}
        engine.with_deadline(Duration::from_secs(5)).execute(export()).await.unwrap();
    }

    #[tokio::test]
    async fn a_download_that_is_cut_off_is_an_error_and_never_a_short_file() {
        let cut = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nid\n1\n";
        let peer = Peer::answering(cut).await;
        let engine = quick(base(peer.address)).build().unwrap();
        let mut download = engine.download(export()).await.unwrap();
        let mut got = Vec::new();
        let error = loop {
            match download.chunk().await {
                Ok(Some(chunk)) => got.extend_from_slice(&chunk),
                Ok(None) => panic!("half a body passed as a whole one"),
                Err(error) => break error,
            }
        };
        assert_eq!(got, b"id\n1\n");
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::Lost, Delivery::Unknown), "{error}");
        assert_eq!(error.status().unwrap(), 200);
        assert!(download.chunk().await.unwrap().is_none(), "the error is told once");

        let directory = std::env::temp_dir().join(format!("afflux-download-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let path = directory.join("rows.csv");
        engine.download_to_path(export(), &path).await.unwrap_err();
        assert_eq!(std::fs::read_dir(&directory).unwrap().count(), 0, "a part was left behind");

        // The second try is whole.
        let tries = Arc::new(AtomicUsize::new(0));
        let peer = Peer::start(move |mut connection| {
            let tries = Arc::clone(&tries);
            async move {
                connection.request().await;
                let whole = tries.fetch_add(1, Ordering::SeqCst) > 0;
                connection.write(&if whole { http("200 OK", "", "id\n1\n2\n") } else { cut.into() }).await;
                connection.close().await;
            }
        })
        .await;
        let engine = quick(base(peer.address)).build().unwrap();
        assert_eq!(engine.download_to_path(export(), &path).await.unwrap(), 7);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "id\n1\n2\n");
        std::fs::remove_dir_all(&directory).unwrap();
    }

    #[tokio::test]
    async fn a_file_is_begun_where_it_can_end_and_has_the_permissions_of_the_one_before() {
        let directory = std::env::temp_dir().join(format!("afflux-whole-file-{}", std::process::id()));
        std::fs::create_dir_all(directory.join("taken")).unwrap();
        for nowhere in [directory.join("taken"), directory.join("missing").join("rows.csv")] {
            let transport = MockTransport::script([]);
            let engine = quick(base(([127, 0, 0, 1], 9).into())).transport(Arc::new(transport.clone()));
            let error = engine.build().unwrap().download_to_path(export(), &nowhere).await.unwrap_err();
            assert_eq!((error.kind(), error.delivery()), (ErrorKind::Io, Delivery::NotSent), "{error}");
            assert!(transport.seen().is_empty(), "nobody was asked for what cannot be kept");
        }

        let path = directory.join("rows.csv");
        std::fs::write(&path, "of yesterday").unwrap();
        #[cfg(unix)]
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        // What an earlier process left behind is not in the way; a process that is at it is.
        std::fs::write(directory.join("rows.csv.part"), "what a kill left").unwrap();
        let mut file = WholeFile::create(&path).await.unwrap();
        let error = WholeFile::create(&path).await.unwrap_err();
        assert!(error.to_string().contains("somebody else is writing it"), "{error}");
        for letter in [b'x', b'y', b'z'] {
            file.write(&vec![letter; 700_000]).await.unwrap();
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "of yesterday");
        file.finish().await.unwrap();
        let written = std::fs::read(&path).unwrap();
        assert_eq!(written.len(), 2_100_000);
        assert!(
            written
                .chunks(700_000)
                .zip([b'x', b'y', b'z'])
                .all(|(part, letter)| part == vec![letter; 700_000])
        );
        #[cfg(unix)]
        assert_eq!(
            std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).unwrap().permissions()) & 0o777,
            0o600
        );
        drop(WholeFile::create(&path).await.unwrap());
        assert_eq!(std::fs::read_dir(&directory).unwrap().count(), 2, "a part was left behind");
        std::fs::remove_dir_all(&directory).unwrap();
    }

    #[tokio::test]
    async fn a_large_file_is_what_was_written() {
        let directory = std::env::temp_dir().join(format!("afflux-large-file-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let path = directory.join("rows.csv");
        let mut file = WholeFile::create(&path).await.unwrap();
        // More than is gathered at once, and than is brought to the disk on the way, in pieces of all sizes.
        let mut expected = Vec::new();
        for number in 0_usize..400 {
            let piece = vec![u8::try_from(number % 251).unwrap(); (number * 7_919) % 130_000];
            file.write(&piece).await.unwrap();
            expected.extend(piece);
        }
        assert!(expected.len() > 20_000_000);
        file.finish().await.unwrap();
        assert!(std::fs::read(&path).unwrap() == expected);
        std::fs::remove_dir_all(&directory).unwrap();
    }

    #[tokio::test]
    async fn a_download_that_stalls_ends_after_the_idle_timeout() {
        let peer = Peer::start(|mut connection| async move {
            connection.request().await;
            connection.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nid\n").await;
            connection.hold().await;
        })
        .await;
        let engine = quick(base(peer.address)).build().unwrap();
        let mut download = engine.download(export()).await.unwrap().idle_timeout(Duration::from_millis(30));
        assert_eq!(download.chunk().await.unwrap().unwrap(), "id\n");
        let error = download.chunk().await.unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::Lost, Delivery::Unknown), "{error}");
    }

    #[tokio::test]
    async fn a_refused_download_is_an_error_with_its_body_and_a_busy_one_is_tried_again() {
        let refused = Peer::answering(http("403 Forbidden", "", "{\"message\":\"no\"}")).await;
        let engine = quick(base(refused.address)).build().unwrap();
        let error = engine.download(export()).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.delivery()),
            (ErrorKind::Unauthorized, Delivery::Answered),
            "{error}"
        );
        assert_eq!(error.raw_body().unwrap(), "{\"message\":\"no\"}");
        let busy = Peer::answering(http("503 Busy", "", "")).await;
        let engine = quick(base(busy.address)).build().unwrap();
        assert_eq!(engine.download(export()).await.unwrap_err().attempts().len(), 2);
        assert_eq!(busy.arrivals(), 2);
    }
}
