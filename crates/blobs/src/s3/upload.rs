//! The task that brings a blob from the spool to the store.
//!
//! It takes the parts as they become full, has some under way at a time, and waits out trouble of the store, so that the
//! writer never waits for it. When it ends without success, the upload is aborted.

use super::bucket::{Begun, Bucket, Unless};
use super::failure::RequestError;
use super::part::Part;
use super::patience::Patience;
use super::spool::{SpoolFile, Whole};
use aws_sdk_s3::types::CompletedPart;
use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, JoinSet};
use valkeep_domain::ids::BlobId;
use valkeep_ports::blobs::BlobError;

/// Parts of one blob that are sent at a time. Our choice.
const PARALLEL: usize = 3;

/// Where the blob goes, and from which file.
#[derive(Clone, Debug)]
pub(super) struct Route {
    pub(super) id: BlobId,
    pub(super) bucket: Bucket,
    pub(super) spool: Arc<SpoolFile>,
    pub(super) patience: Patience,
}

#[derive(Debug)]
enum Order {
    Part(Part),
    Publish(Whole),
}

/// The writer's end. Dropped without [`Self::publish`], it makes the task abort the upload.
#[derive(Debug)]
pub(super) struct Uploader {
    /// Orders wait here as long as the store is in trouble. Their number is bounded by that of the parts of a blob.
    orders: mpsc::UnboundedSender<Order>,
    task: JoinHandle<Result<(), BlobError>>,
}

impl Uploader {
    pub(super) fn start(route: Route) -> Self {
        let (orders, received) = mpsc::unbounded_channel();
        let upload = Upload {
            route,
            orders: received,
            waiting: VecDeque::new(),
            running: JoinSet::new(),
            begun: None,
            done: Vec::new(),
        };
        Self { orders, task: tokio::spawn(upload.run()) }
    }

    /// Hands a full part over.
    ///
    /// # Errors
    /// `Failed`: why the task gave up.
    pub(super) async fn hand_over(&mut self, part: Part) -> Result<(), BlobError> {
        if self.orders.send(Order::Part(part)).is_ok() {
            return Ok(());
        }
        ended(&mut self.task).await.and(Err(BlobError::Failed(io::Error::other("the upload ended early"))))
    }

    /// Makes the blob appear; returns when it stands.
    pub(super) async fn publish(mut self, whole: Whole) -> Result<(), BlobError> {
        // Where the task has given up, its end tells why.
        drop(self.orders.send(Order::Publish(whole)));
        ended(&mut self.task).await
    }
}

async fn ended(task: &mut JoinHandle<Result<(), BlobError>>) -> Result<(), BlobError> {
    task.await.map_err(|lost| BlobError::Failed(io::Error::other(lost)))?
}

type Stored = Result<CompletedPart, RequestError>;

struct Upload {
    route: Route,
    orders: mpsc::UnboundedReceiver<Order>,
    waiting: VecDeque<Part>,
    running: JoinSet<Stored>,
    begun: Option<Begun>,
    done: Vec<CompletedPart>,
}

impl Upload {
    async fn run(mut self) -> Result<(), BlobError> {
        let outcome = self.carry_out().await;
        self.running.shutdown().await;
        if let (Err(_), Some(begun)) = (&outcome, &self.begun) {
            let route = &self.route;
            if let Err(error) = route.patience.of_request(|| route.bucket.abort(begun)).await {
                tracing::warn!(blob = %route.id, %error, "an upload waits for the deletion of its blob");
            }
        }
        outcome
    }

    async fn carry_out(&mut self) -> Result<(), BlobError> {
        let whole = self.take_parts().await?;
        if self.begun.is_some() && whole.rest.len_bytes > 0 {
            self.waiting.push_back(whole.rest.clone());
        }
        while self.under_way() {
            self.start_waiting().await?;
            self.one_stored().await?;
        }
        self.done.sort_by_key(CompletedPart::part_number);
        let route = &self.route;
        Ok(route.patience.of_request(|| self.appear(&whole)).await?)
    }

    /// Sends parts until the blob is whole.
    async fn take_parts(&mut self) -> Result<Whole, BlobError> {
        loop {
            tokio::select! {
                order = self.orders.recv() => match order {
                    Some(Order::Part(part)) => self.waiting.push_back(part),
                    Some(Order::Publish(whole)) => return Ok(whole),
                    None => return Err(BlobError::Failed(io::Error::other("the blob was given up"))),
                },
                stored = self.running.join_next(), if !self.running.is_empty() => self.keep(stored)?,
            }
            self.start_waiting().await?;
        }
    }

    fn under_way(&self) -> bool {
        !self.waiting.is_empty() || !self.running.is_empty()
    }

    async fn one_stored(&mut self) -> Result<(), BlobError> {
        let stored = self.running.join_next().await;
        self.keep(stored)
    }

    fn keep(&mut self, stored: Option<Result<Stored, tokio::task::JoinError>>) -> Result<(), BlobError> {
        if let Some(stored) = stored {
            self.done.push(stored.map_err(|lost| BlobError::Failed(io::Error::other(lost)))??);
        }
        Ok(())
    }

    async fn start_waiting(&mut self) -> Result<(), BlobError> {
        while self.running.len() < PARALLEL {
            let Some(part) = self.waiting.pop_front() else { break };
            let begun = self.begun_with(&part).await?;
            let route = self.route.clone();
            self.running.spawn(async move {
                let stored = route.patience.of_request(|| route.bucket.upload(&begun, &route.spool, &part)).await?;
                route.spool.release(&part);
                Ok(stored)
            });
        }
        Ok(())
    }

    /// The upload; the first part, whose digest marks the blob, begins it.
    async fn begun_with(&mut self, part: &Part) -> Result<Begun, RequestError> {
        if let Some(begun) = &self.begun {
            return Ok(begun.clone());
        }
        let route = &self.route;
        let upload_id = route.patience.of_request(|| route.bucket.begin(route.id, &part.sha256)).await?;
        Ok(self.begun.insert(Begun { id: route.id, upload_id }).clone())
    }

    /// Makes the object appear. What counts is what stands afterwards, whatever was answered: an answer may be lost, or be an
    /// error under the status 200.
    async fn appear(&self, whole: &Whole) -> Result<(), RequestError> {
        let answered = match self.ask(whole, Unless::Taken).await {
            Err(error) if knows_no_condition(&error) => self.ask(whole, Unless::Never).await,
            answered => answered,
        };
        let stands = self.route.bucket.head(self.route.id).await?.is_some_and(|found| found.is(whole));
        match answered {
            _ if stands => Ok(()),
            Ok(()) => Err(RequestError::Wrong { doing: "storing a blob", found: "an object that is not the blob" }),
            Err(error) => Err(error),
        }
    }

    async fn ask(&self, whole: &Whole, unless: Unless) -> Result<(), RequestError> {
        let Route { id, bucket, spool, .. } = &self.route;
        match &self.begun {
            Some(begun) => bucket.complete(begun, &self.done, unless).await,
            None => bucket.put(*id, spool, whole, unless).await,
        }
    }
}

/// Stores that do not know `If-None-Match` here say so in different ways.
fn knows_no_condition(error: &RequestError) -> bool {
    error.is_status(501)
        || (error.is_status(400)
            && ["NotImplemented", "InvalidArgument", "InvalidRequest"].iter().any(|code| error.is_code(code)))
}
