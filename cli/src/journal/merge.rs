//! Merges the calls of all journals into one order.
//!
//! The records of a process keep the order of their sequence numbers, even if its clock was changed. Calls of different processes
//! are ordered by time.

use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::blocks::{Backward, Forward, Line};
use super::call::JournalCall;
use super::filter::Filter;
use super::line::{self, RecordKind, Torn};
use super::process::{ProcessJournal, Segment};
use super::read::{ReadCall, UnfinishedCall};
use super::scan::lines_containing;
use super::unfinished::Probed;
use super::{Folder, State};
use crate::exit::Failure;

/// The bytes in the record of a call that may have an earlier record: decoding its body failed after the call had ended.
const REVISED: &[u8] = b"\"outcome\":\"decode\"";

/// The order of the calls.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Order {
    OldestFirst,
    NewestFirst,
}

/// The length of each segment's finished lines at the start. What was added later is not read.
pub(super) type Lengths = HashMap<PathBuf, u64>;

/// An iterator over the calls that ended.
#[derive(Debug)]
pub(super) struct Merge<'a> {
    order: Order,
    streams: Vec<Stream<'a>>,
    /// The streams with a next call; the one on top comes first.
    heads: BinaryHeap<(Rank, usize)>,
}

/// The rank of a call by its time. The greater rank comes first.
type Rank = i128;

/// The calls of a process.
#[derive(Debug)]
struct Stream<'a> {
    source: Source<'a>,
    lanes: Vec<Lane>,
}

#[derive(Debug)]
struct Source<'a> {
    folder: &'a Folder,
    filter: &'a Filter,
    stem: String,
    is_alive: bool,
    order: Order,
    /// The sequence number of the last record of each call that may have several, by the ID of the call.
    last: HashMap<String, u64>,
}

/// Segments of a process that were written one after the other.
#[derive(Debug, Default)]
struct Lane {
    segments: VecDeque<(PathBuf, Option<u64>)>,
    lines: Option<(PathBuf, Lines)>,
    next: Option<(Option<u64>, JournalCall)>,
}

#[derive(Debug)]
enum Lines {
    Forward(Forward),
    Backward(Backward),
}

impl<'a> Merge<'a> {
    /// Starts a merge of the records of these processes and of `others`, calls without a record. `lengths` limits how much of
    /// each segment is read.
    pub(super) fn new(
        folder: &'a Folder,
        filter: &'a Filter,
        order: Order,
        processes: Vec<Probed>,
        lengths: Option<&Lengths>,
        others: Vec<JournalCall>,
    ) -> Self {
        let source = |stem: String, is_alive, last| Source {
            folder,
            filter,
            stem,
            is_alive,
            order,
            last,
        };
        let mut streams: Vec<Stream<'a>> = processes
            .into_iter()
            .map(|(process, is_alive)| Stream {
                lanes: lanes(&process, filter, order, lengths),
                source: source(
                    process.stem.clone(),
                    is_alive,
                    folder.last_revisions(&process),
                ),
            })
            .collect();
        let others = others.into_iter().filter(|call| filter.accepts(call));
        streams.extend(others.map(|call| Stream {
            source: source(String::new(), false, HashMap::new()),
            lanes: vec![Lane {
                next: Some((None, call)),
                ..Lane::default()
            }],
        }));
        let mut merge = Self {
            order,
            heads: BinaryHeap::with_capacity(streams.len()),
            streams,
        };
        (0..merge.streams.len()).for_each(|stream| merge.push(stream));
        merge
    }

    /// Adds a stream to the heap if it has a next call.
    fn push(&mut self, number: usize) {
        let stream = &mut self.streams[number];
        let lane = stream.first().and_then(|lane| stream.lanes.get(lane));
        if let Some((_, call)) = lane.and_then(|lane| lane.next.as_ref()) {
            let time = call.at.as_nanosecond();
            let rank = match self.order {
                Order::OldestFirst => -time,
                Order::NewestFirst => time,
            };
            self.heads.push((rank, number));
        }
    }

    /// Returns the next call.
    pub(super) fn next(&mut self) -> Option<JournalCall> {
        let (_, number) = self.heads.pop()?;
        let stream = &mut self.streams[number];
        let lane = stream.first()?;
        let (_, call) = stream.lanes[lane].next.take()?;
        self.push(number);
        Some(call)
    }
}

impl Stream<'_> {
    /// Returns the lane that has the next call of the process.
    fn first(&mut self) -> Option<usize> {
        for lane in &mut self.lanes {
            lane.fill(&self.source);
        }
        self.lanes.retain(|lane| lane.next.is_some());
        let seqs = self
            .lanes
            .iter()
            .map(|lane| lane.next.as_ref().map(|next| next.0));
        let seqs = seqs.enumerate();
        let first = match self.source.order {
            Order::OldestFirst => seqs.min_by_key(|(_, seq)| *seq),
            Order::NewestFirst => seqs.max_by_key(|(_, seq)| *seq),
        };
        first.map(|(lane, _)| lane)
    }
}

impl Lane {
    /// Reads up to the next call that the filter accepts.
    fn fill(&mut self, source: &Source<'_>) {
        while self.next.is_none() {
            let Some((path, lines)) = &mut self.lines else {
                let Some((path, length)) = self.segments.pop_front() else {
                    return;
                };
                match Lines::open(&path, length, source.order) {
                    Ok(lines) => self.lines = Some((path, lines)),
                    Err(error) => source.folder.skip_file(&path, &error),
                }
                continue;
            };
            match lines.next() {
                Ok(Some(line)) => self.next = source.call(line),
                Ok(None) => self.lines = None,
                Err(error) => {
                    source.folder.skip_file(path, &error);
                    self.lines = None;
                }
            }
        }
    }
}

impl Source<'_> {
    /// Reads the call of a line; `None` if the line has none, or the filter does not accept it.
    fn call(&self, line: Line<'_>) -> Option<(Option<u64>, JournalCall)> {
        let record = match line::read(line.bytes) {
            Ok(record) => record?,
            Err(Torn) => {
                self.folder.skip_torn(line, self.is_alive);
                return None;
            }
        };
        if !self.filter.may_accept(&record) {
            return None;
        }
        match record.read(self.folder, &self.stem, self.is_alive)? {
            ReadCall::Ended(seq, call) => {
                // Few calls have several records: the ID is formatted only if there are any.
                let last = match self.last.is_empty() {
                    true => None,
                    false => self.last.get(&call.content.call_id()),
                };
                let is_last = last.is_none_or(|last| seq >= *last);
                (is_last && self.filter.accepts(&call)).then_some((Some(seq), call))
            }
            // The caller passes it among `others`.
            ReadCall::Unfinished(_) => None,
        }
    }
}

impl Lines {
    fn open(path: &Path, length: Option<u64>, order: Order) -> io::Result<Self> {
        Ok(match order {
            Order::OldestFirst => Self::Forward(Forward::new(path, 0)),
            Order::NewestFirst => Self::Backward(Backward::open(path, length)?),
        })
    }

    fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        match self {
            Self::Forward(lines) => lines.next(),
            Self::Backward(lines) => lines.next(),
        }
    }
}

/// Sorts the segments of a process into two lanes, because a process writes two segments at a time.
fn lanes(
    process: &ProcessJournal,
    filter: &Filter,
    order: Order,
    lengths: Option<&Lengths>,
) -> Vec<Lane> {
    let mut lanes = [Lane::default(), Lane::default()];
    // A segment last written before the time in question has no call of that time.
    let is_late = |segment: &&Segment| {
        let Some(from) = filter.from else { return true };
        let written = segment.path.metadata().and_then(|about| about.modified());
        written.map_or(true, |written| written >= SystemTime::from(from))
    };
    for segment in process.segments.iter().filter(is_late) {
        let length = match lengths.map(|lengths| lengths.get(&segment.path)) {
            // The segment is newer than the lengths.
            Some(None) => continue,
            Some(length) => length.copied(),
            None => None,
        };
        let lane = &mut lanes[segment.number as usize % 2].segments;
        match order {
            Order::OldestFirst => lane.push_back((segment.path.clone(), length)),
            Order::NewestFirst => lane.push_front((segment.path.clone(), length)),
        }
    }
    lanes.into()
}

impl Folder {
    /// Returns the sequence number of the last record of each call that may have several, by the ID of the call.
    fn last_revisions(&self, process: &ProcessJournal) -> HashMap<String, u64> {
        let mut last = HashMap::new();
        for segment in &process.segments {
            let read = lines_containing(&segment.path, REVISED, |bytes| {
                if let Ok(Some(record)) = line::read(bytes)
                    && matches!(record.kind, RecordKind::Call { .. })
                {
                    let seq = last.entry(record.call_id.into_owned()).or_insert(0);
                    *seq = record.seq.max(*seq);
                }
            });
            if let Err(error) = read {
                self.skip_file(&segment.path, &error);
            }
        }
        last
    }

    /// Calls `each` with every call that the filter accepts, oldest first, then those in flight. `last` limits them to the newest.
    pub(crate) fn each_call(
        &self,
        filter: &Filter,
        last: Option<usize>,
        mut each: impl FnMut(JournalCall) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let (processes, open) = self.open_calls()?;
        let open = open.into_iter().map(UnfinishedCall::into_call);
        let (mut in_flight, unknown): (Vec<_>, Vec<_>) =
            open.partition(|call| call.state == State::InFlight);
        in_flight.retain(|call| filter.accepts(call));
        in_flight.sort_by_key(|call| call.at);
        let order = match last {
            Some(_) => Order::NewestFirst,
            None => Order::OldestFirst,
        };
        // A call in flight has no record.
        let processes = if filter.open { Vec::new() } else { processes };
        let mut merge = Merge::new(self, filter, order, processes, None, unknown);
        match last {
            None => {
                while let Some(call) = merge.next() {
                    drop_ended(&mut in_flight, &call);
                    each(call)?;
                }
            }
            Some(last) => {
                let mut newest = VecDeque::new();
                let mut room = last.saturating_sub(in_flight.len());
                while newest.len() < room {
                    let Some(call) = merge.next() else { break };
                    drop_ended(&mut in_flight, &call);
                    room = last.saturating_sub(in_flight.len());
                    newest.push_front(call);
                }
                newest.into_iter().try_for_each(&mut each)?;
                let surplus = in_flight.len().saturating_sub(last);
                in_flight.drain(..surplus);
            }
        }
        in_flight.into_iter().try_for_each(each)
    }
}

/// Removes a call that has ended since the open-call table was read.
fn drop_ended(in_flight: &mut Vec<JournalCall>, ended: &JournalCall) {
    if !in_flight.is_empty() {
        let id = ended.content.call_id();
        in_flight.retain(|open| open.content.call_id() != id);
    }
}
