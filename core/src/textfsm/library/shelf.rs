//! One place with an index and templates.

use super::index::Index;
use super::{LookupError, Parser};
use crate::textfsm::builtin;
use crate::textfsm::{Template, TemplateError};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// Where an index may stand in a folder that somebody names: in it, or as in a checkout of ntc-templates.
const BELOW: [&str; 3] = ["", "templates", "ntc_templates/templates"];

/// How many look-ups are remembered: a run has a few, which each of its hosts asks for.
const MOST_FOUND: usize = 1000;

/// A folder, or the built-in set. What is read is read once, by whoever needs it first.
#[derive(Debug)]
pub(super) struct Shelf {
    source: Source,
    index: OnceLock<Result<Index, Arc<TemplateError>>>,
    templates: Mutex<HashMap<String, Slot>>,
    /// What was found for a platform's names and a command.
    found: Mutex<HashMap<String, Parser>>,
}

/// Those who need the same template at the same time wait for the one who reads it, and for nobody else.
type Slot = Arc<OnceLock<Result<Arc<Template>, Arc<TemplateError>>>>;

#[derive(Debug)]
enum Source {
    Builtin,
    Folder(PathBuf),
}

impl Shelf {
    pub(super) fn builtin() -> Self {
        Self::new(Source::Builtin)
    }

    pub(super) fn folder(folder: PathBuf) -> Self {
        let below =
            BELOW.iter().map(|below| folder.join(below)).find(|folder| folder.join("index").is_file());
        Self::new(Source::Folder(below.unwrap_or(folder)))
    }

    fn new(source: Source) -> Self {
        Self { source, index: OnceLock::new(), templates: Mutex::default(), found: Mutex::default() }
    }

    /// What it is, for errors.
    pub(super) fn name(&self) -> String {
        match &self.source {
            Source::Builtin => "the built-in set".to_owned(),
            Source::Folder(folder) => folder.display().to_string(),
        }
    }

    /// What parses the command, if the index knows it of a platform by one of these names.
    pub(super) fn find(&self, platforms: &[&str], command: &str) -> Result<Option<Parser>, LookupError> {
        let question = format!("{platforms:?} {command}");
        if let Some(known) = lock(&self.found).get(&question) {
            return Ok(Some(known.clone()));
        }
        let Some(found) = self.look_up(platforms, command)? else { return Ok(None) };
        let mut known = lock(&self.found);
        if known.len() >= MOST_FOUND {
            known.clear();
        }
        known.insert(question, found.clone());
        Ok(Some(found))
    }

    fn look_up(&self, platforms: &[&str], command: &str) -> Result<Option<Parser>, LookupError> {
        let index = self.index()?;
        let row = index.names(platforms).find_map(|name| index.find(name, command));
        let Some(row) = row else { return Ok(None) };
        let templates = row.files.iter().map(|file| self.template(file)).collect::<Result<Vec<_>, _>>()?;
        let names: Vec<_> = templates.iter().filter_map(|template| template.origin.as_deref()).collect();
        let name = names.join(", ");
        let parser = Parser::new(name.clone(), templates);
        parser.map(Some).map_err(|error| LookupError::Template(Arc::new(error.of(Some(&name)))))
    }

    pub(super) fn index(&self) -> Result<&Index, LookupError> {
        let index = self.index.get_or_init(|| {
            let (origin, text) = self.read("index");
            let index = text.and_then(|text| Index::parse(&text));
            index.map_err(|error| Arc::new(error.of(Some(&origin))))
        });
        index.as_ref().map_err(|error| LookupError::Template(error.clone()))
    }

    fn template(&self, file: &str) -> Result<Arc<Template>, LookupError> {
        let slot = lock(&self.templates).entry(file.to_owned()).or_default().clone();
        let template = slot.get_or_init(|| {
            let (origin, text) = self.read(file);
            let template = text.and_then(|text| Template::parse(&text));
            template
                .map(|template| Arc::new(template.origin(origin.clone())))
                .map_err(|error| Arc::new(error.of(Some(&origin))))
        });
        template.clone().map_err(LookupError::Template)
    }

    /// The text of a file, and what to call it.
    fn read(&self, file: &str) -> (String, Result<String, TemplateError>) {
        match &self.source {
            Source::Builtin => {
                let text = builtin::text(file).map(str::to_owned);
                (
                    format!("built-in {file}"),
                    text.ok_or_else(|| TemplateError::whole("there is no such template")),
                )
            }
            Source::Folder(folder) => {
                let path: &Path = &folder.join(file);
                (path.display().to_string(), std::fs::read_to_string(path).map_err(TemplateError::unreadable))
            }
        }
    }
}

/// Nothing panics while one is held, and the maps are whole at any time.
fn lock<T>(map: &Mutex<T>) -> MutexGuard<'_, T> {
    map.lock().unwrap_or_else(PoisonError::into_inner)
}
