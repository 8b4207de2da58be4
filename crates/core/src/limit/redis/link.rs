//! The connection to Redis: made when it is needed, given up after an error, and never waited for longer than the
//! patience.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError, atomic::Ordering},
    time::{Duration, Instant},
};

use redis::{AsyncConnectionConfig, Client, Script, aio::MultiplexedConnection};
use tokio::sync::Mutex as AsyncMutex;

use super::{super::Ask, Desk, step::Answer};
use crate::{clock::Clock, engine::until};

/// After an error nobody tries again for this long: those who wait would only queue up behind the same error.
pub(super) const PAUSE: Duration = Duration::from_millis(500);

pub(super) struct Link {
    client: Client,
    script: Script,
    patience: Duration,
    clock: Arc<dyn Clock>,
    connection: AsyncMutex<Option<MultiplexedConnection>>,
    away: Mutex<Option<(Instant, String)>>,
}

/// Redis cannot be asked.
pub(super) struct Away {
    /// Why, in words.
    pub(super) why: String,
    /// Whether this step may have arrived all the same.
    pub(super) tried: bool,
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The client knows the password.
        f.debug_struct("Link").field("patience", &self.patience).finish_non_exhaustive()
    }
}

impl Link {
    pub(super) fn new(client: Client, patience: Duration, clock: Arc<dyn Clock>) -> Self {
        Self {
            client,
            script: Script::new(include_str!("step.lua")),
            patience,
            clock,
            connection: AsyncMutex::new(None),
            away: Mutex::new(None),
        }
    }

    /// One step. The news stay in the outbox until it is answered.
    pub(super) async fn step(&self, desk: &Desk, ask: Option<(&str, &Ask)>) -> Result<Answer, Away> {
        if let Some(why) = self.away() {
            return Err(Away { why, tried: false });
        }
        let ends = self.clock.now() + self.patience;
        let mut sent = false;
        let tried = async {
            match self.run(desk, ask, &mut sent).await {
                // A connection that was closed while it was idle says nothing about Redis.
                Err(error) if error.is_connection_dropped() => {
                    *self.connection.lock().await = None;
                    self.run(desk, ask, &mut sent).await
                }
                end => end,
            }
        };
        let reply = match until(&*self.clock, Some(ends), tried).await {
            Some(Ok(reply)) => Ok(reply),
            Some(Err(error)) => Err(words(&error)),
            None => Err(format!("Redis did not answer within {:?}", self.patience)),
        };
        match reply {
            Ok((reply, heard)) => {
                desk.outbox.heard(heard);
                let (answer, born) = desk.plan.read(reply);
                desk.born.store(born, Ordering::Relaxed);
                Ok(answer)
            }
            Err(why) => {
                // Who holds it is making a new one.
                if let Ok(mut connection) = self.connection.try_lock() {
                    *connection = None;
                }
                let until = self.clock.now() + PAUSE;
                *self.away.lock().unwrap_or_else(PoisonError::into_inner) = Some((until, why.clone()));
                Err(Away { why, tried: sent })
            }
        }
    }

    fn away(&self) -> Option<String> {
        let mut away = self.away.lock().unwrap_or_else(PoisonError::into_inner);
        if away.as_ref().is_some_and(|(until, _)| *until <= self.clock.now()) {
            *away = None;
        }
        away.as_ref().map(|(_, error)| error.clone())
    }

    /// Sets `sent` once the step may arrive.
    async fn run(
        &self,
        desk: &Desk,
        ask: Option<(&str, &Ask)>,
        sent: &mut bool,
    ) -> redis::RedisResult<([u64; 5], u64)> {
        let mut connection = self.connected().await?;
        *sent = true;
        // Looked at after the connection is there: ages are told as of now.
        let (news, heard) = desk.outbox.look();
        let born = Some(desk.born.load(Ordering::Relaxed)).filter(|born| *born > 0);
        let text = desk.plan.write(&news, ask, born, self.clock.now());
        let mut invocation = self.script.prepare_invoke();
        for key in &desk.plan.keys {
            invocation.key(key);
        }
        let reply = invocation.arg(text).invoke_async(&mut connection).await?;
        Ok((reply, heard))
    }

    async fn connected(&self) -> redis::RedisResult<MultiplexedConnection> {
        let mut connection = self.connection.lock().await;
        if let Some(connection) = &*connection {
            return Ok(connection.clone());
        }
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.patience))
            .set_response_timeout(Some(self.patience));
        let made = self.client.get_multiplexed_async_connection_with_config(&config).await?;
        *connection = Some(made.clone());
        Ok(made)
    }
}

/// What went wrong, in one line. Never the server's own sentence: it may repeat the command that it refuses, with a
/// password among its arguments.
fn words(error: &redis::RedisError) -> String {
    let text = if error.is_io_error() {
        error.to_string()
    } else {
        error.code().unwrap_or(error.category()).to_owned()
    };
    format!("Redis: {}", text.lines().next().unwrap_or("an error without words"))
}
