//! Who may read which event.
use super::EventFilter;
use purser_store::{
    outbox::{Event, EventType},
    ports::ResourceReaders,
    prelude::*,
};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};
use tokio::sync::Semaphore;
use uuid::Uuid;

/// Knows of each type of event who may read it. One that it does not know nobody may.
pub(super) struct Gate {
    types: HashMap<&'static str, &'static EventType>,
    resources: HashSet<&'static str>,
    access: HashMap<&'static str, Arc<dyn ResourceReaders>>,
}

impl Gate {
    pub(super) fn new(types: &'static [EventType], access: Vec<Arc<dyn ResourceReaders>>) -> Self {
        Self {
            types: types.iter().map(|event| (event.name, event)).collect(),
            resources: types.iter().map(|event| event.resource).collect(),
            access: access.into_iter().map(|access| (access.resource(), access)).collect(),
        }
    }

    /// `validation_failed` for what no event can be; `forbidden` for a type that the caller may not read: they would wait in vain.
    pub(super) fn check(&self, filter: &EventFilter, scope: &Scope) -> Result<(), Problem> {
        for name in filter.types.iter().flatten() {
            let event = self.types.get(name.as_str()).ok_or_else(|| {
                let message = "must be names of GET /v1/event-types such as order.confirmed, with commas between";
                Problem::invalid("/type", "unknown_event_type", message)
            })?;
            scope.require(event.readers.permission())?;
        }
        match &filter.resource {
            Some(resource) if !self.resources.contains(resource.as_str()) => {
                let message = "must be a resource of GET /v1/event-types, such as order";
                Err(Problem::invalid("/resource", "unknown_resource", message))
            }
            _ => Ok(()),
        }
    }

    /// Whether the caller of `tx` may read what events of this type say of this resource, at this moment.
    pub(super) async fn shows(&self, tx: &ReadTx, event_type: &str, resource_id: Uuid) -> Result<bool, Problem> {
        let Some(event) = self.types.get(event_type) else { return Ok(false) };
        if !tx.scope().permissions.contains(event.readers.permission()) {
            return Ok(false);
        }
        match (event.readers, self.access.get(event.resource)) {
            (Readers::Holding(_), _) => Ok(true),
            (Readers::WithAccess(_), Some(access)) => {
                Ok(access.readable(tx, &[resource_id]).await?.contains(&resource_id))
            }
            (Readers::WithAccess(_), None) => Ok(false),
        }
    }

    /// Those of the events that the caller of `scope` may read at this moment.
    pub(super) async fn readable<'e>(
        &self,
        store: &Store,
        asking: &Semaphore,
        scope: &Scope,
        events: Vec<&'e Event>,
    ) -> Result<Vec<&'e Event>, Problem> {
        let mut readable = Vec::with_capacity(events.len());
        let mut asked: HashMap<&str, Vec<Uuid>> = HashMap::new();
        for event in events {
            match self.types.get(event.event_type.as_str()).map(|event| event.readers) {
                Some(Readers::Holding(permission)) if scope.permissions.contains(permission) => readable.push(event),
                Some(Readers::WithAccess(permission)) if scope.permissions.contains(permission) => {
                    asked.entry(&event.resource).or_default().push(event.resource_id);
                    readable.push(event);
                }
                _ => {}
            }
        }
        if asked.is_empty() {
            return Ok(readable);
        }
        let _turn = asking.acquire().await;
        let tx = store.read_while_open(scope).await?;
        let mut accessible: HashMap<&str, HashSet<Uuid>> = HashMap::new();
        for (resource, ids) in asked {
            let ids = match self.access.get(resource) {
                Some(access) => access.readable(&tx, &ids).await?,
                None => Vec::new(),
            };
            accessible.insert(resource, ids.into_iter().collect());
        }
        readable
            .retain(|event| accessible.get(event.resource.as_str()).is_none_or(|ids| ids.contains(&event.resource_id)));
        Ok(readable)
    }
}
