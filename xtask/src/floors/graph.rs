//! Modules and their uses of each other.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The modules of one house by their paths (`call::exchange`; the root is empty), and its uses.
#[derive(Clone, Debug, Default)]
pub(crate) struct Graph {
    modules: BTreeSet<String>,
    /// By user and used: where the use is, as `file:line`.
    uses: BTreeMap<(String, String), String>,
}

/// A declared order of modules, from the lowest floor to the highest. A module belongs to the floor that names it, or
/// else to the floor of its parent.
pub(crate) type Floors = [&'static [&'static str]];

/// The parent's path; `None` for the root.
pub(crate) fn parent(module: &str) -> Option<&str> {
    if module.is_empty() {
        return None;
    }
    Some(module.rsplit_once("::").map_or("", |(parent, _)| parent))
}

/// Whether a module is another one or within it.
pub(crate) fn is_within(module: &str, other: &str) -> bool {
    other.is_empty()
        || module
            .strip_prefix(other)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

fn ancestors(module: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(module), |module| parent(module))
}

impl Graph {
    pub(crate) fn add_module(&mut self, module: &str) {
        self.modules.insert(module.to_owned());
    }

    /// Notes a use; the first place is kept.
    pub(crate) fn add_use(&mut self, user: &str, used: &str, place: String) {
        if user != used {
            let uses = self.uses.entry((user.to_owned(), used.to_owned()));
            uses.or_insert(place);
        }
    }

    #[cfg(test)]
    pub(crate) fn uses(&self, user: &str, used: &str) -> bool {
        self.uses.contains_key(&(user.to_owned(), used.to_owned()))
    }

    pub(crate) fn modules(&self) -> impl Iterator<Item = &str> {
        self.modules.iter().map(String::as_str)
    }

    /// Returns the graph without the uses of one module, or the modules within it, by another.
    pub(crate) fn without(&self, user: &str, used: &str) -> Self {
        let mut rest = self.clone();
        rest.uses
            .retain(|(from, to), _| !(is_within(from, user) && is_within(to, used)));
        rest
    }

    /// What breaks the declared order, and every circle.
    pub(crate) fn problems(&self, floors: &Floors) -> Vec<String> {
        let mut problems = self.unplaced(floors);
        if problems.is_empty() {
            problems = self.climbs(floors);
        }
        problems.extend(self.circles());
        problems
    }

    /// Modules without a floor, and floors without their module.
    fn unplaced(&self, floors: &Floors) -> Vec<String> {
        let homeless = self
            .modules()
            .filter(|module| !module.is_empty() && floor(module, floors).is_none())
            .map(|module| format!("`{module}` has no floor"));
        let empty = floors
            .iter()
            .flat_map(|floor| floor.iter())
            .filter(|named| !self.modules.contains(**named))
            .map(|named| format!("a floor names `{named}`, which does not exist"));
        homeless.chain(empty).collect()
    }

    /// Returns the uses of a higher floor. The root, which re-exports everything, is above all.
    fn climbs(&self, floors: &Floors) -> Vec<String> {
        self.uses
            .iter()
            .filter(|((user, used), _)| {
                !user.is_empty()
                    && !is_within(user, used)
                    && (used.is_empty() || floor(used, floors) > floor(user, floors))
            })
            .map(|((user, used), place)| {
                let used = if used.is_empty() { "the root" } else { used };
                format!("{place}: `{user}` is below `{used}` and may not use it")
            })
            .collect()
    }

    /// Returns one circle for each group of modules that lead back to themselves. A module and the modules within it may use
    /// each other; towards its siblings they count as one module.
    fn circles(&self) -> Vec<String> {
        // By parent: the uses between its children, each with one real use.
        let mut levels: BTreeMap<&str, BTreeMap<&str, BTreeMap<&str, String>>> = BTreeMap::new();
        for ((user, used), place) in &self.uses {
            if is_within(user, used) || is_within(used, user) {
                continue;
            }
            let Some(shared) = ancestors(user).find(|ancestor| is_within(used, ancestor)) else {
                continue;
            };
            let below = |module| ancestors(module).find(|it| parent(it) == Some(shared));
            if let (Some(from), Some(to)) = (below(user), below(used)) {
                let uses = levels.entry(shared).or_default().entry(from).or_default();
                uses.entry(to)
                    .or_insert_with(|| format!("{place}: `{user}` uses `{used}`"));
            }
        }
        levels.values().flat_map(knots).collect()
    }
}

fn floor(module: &str, floors: &Floors) -> Option<usize> {
    ancestors(module).find_map(|module| floors.iter().position(|floor| floor.contains(&module)))
}

/// Returns a shortest circle of each group of modules that lead back to themselves.
fn knots(uses: &BTreeMap<&str, BTreeMap<&str, String>>) -> Vec<String> {
    let mut reported = BTreeSet::new();
    let mut found = Vec::new();
    let mut circles: Vec<_> = uses.keys().filter_map(|from| circle(uses, from)).collect();
    circles.sort_by_key(Vec::len);
    for circle in circles {
        if circle.iter().any(|(user, _)| reported.contains(user)) {
            continue;
        }
        reported.extend(circle.iter().map(|(user, _)| *user));
        let lines: Vec<_> = circle
            .iter()
            .map(|(user, used)| uses[user][used].as_str())
            .collect();
        found.push(format!("a circle:\n    {}", lines.join("\n    ")));
    }
    found
}

/// The shortest way from a module back to itself, as uses.
fn circle<'a>(
    uses: &BTreeMap<&'a str, BTreeMap<&'a str, String>>,
    start: &'a str,
) -> Option<Vec<(&'a str, &'a str)>> {
    let mut came_from = BTreeMap::new();
    let mut next = VecDeque::from([start]);
    while let Some(module) = next.pop_front() {
        for used in uses.get(module).into_iter().flat_map(BTreeMap::keys) {
            if came_from.contains_key(used) {
                continue;
            }
            came_from.insert(*used, module);
            if *used == start {
                let mut way = Vec::new();
                let mut at = start;
                loop {
                    let user = came_from[at];
                    way.push((user, at));
                    at = user;
                    if at == start {
                        way.reverse();
                        return Some(way);
                    }
                }
            }
            next.push_back(used);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(uses: &[(&str, &str)]) -> Graph {
        let mut graph = Graph::default();
        for (user, used) in uses {
            for module in [user, used].into_iter().flat_map(|it| ancestors(it)) {
                graph.add_module(module);
            }
            graph.add_use(user, used, "f:1".to_owned());
        }
        graph
    }

    const FLOORS: &Floors = &[&["low"], &["high", "beside"]];

    #[test]
    fn looking_up_is_a_problem_and_looking_down_is_none() {
        assert_eq!(
            graph(&[("high", "low"), ("beside", "high")]).problems(FLOORS),
            [""; 0]
        );
        let found = graph(&[("low", "high"), ("beside", "low")]).problems(FLOORS);
        assert_eq!(found, ["f:1: `low` is below `high` and may not use it"]);
        // A child is on its parent's floor unless a floor names it.
        let found = graph(&[("low::child", "high"), ("beside", "low")]).problems(FLOORS);
        assert!(
            found[0].contains("`low::child` is below `high`"),
            "{found:?}"
        );
    }

    #[test]
    fn the_root_is_above_all() {
        let found = graph(&[("", "low"), ("low", ""), ("beside", "high")]).problems(FLOORS);
        assert_eq!(found, [""; 0], "a root and its child may use each other");
    }

    #[test]
    fn each_module_has_a_floor_and_each_floor_its_modules() {
        let found = graph(&[("high", "other")]).problems(FLOORS);
        assert_eq!(
            found,
            [
                "`other` has no floor",
                "a floor names `low`, which does not exist",
                "a floor names `beside`, which does not exist",
            ]
        );
    }

    #[test]
    fn circles_are_found_but_for_parent_and_child() {
        let circles = |uses| graph(uses).circles();
        assert_eq!(circles(&[("a", "b"), ("b", "c")]), [""; 0]);
        assert_eq!(circles(&[("a", "a::b"), ("a::b", "a")]), [""; 0]);
        assert_eq!(circles(&[("a", "a::b::c"), ("a::b::c", "a")]), [""; 0]);
        let found = circles(&[("a", "b"), ("b", "c"), ("c", "a")]);
        assert_eq!(
            found,
            ["a circle:\n    f:1: `a` uses `b`\n    f:1: `b` uses `c`\n    f:1: `c` uses `a`"]
        );
        // Through the modules within them.
        assert_eq!(circles(&[("a::x", "b"), ("b::y", "a::z")]).len(), 1);
        // Within one module, and in two groups.
        let found = circles(&[
            ("a::x", "a::y"),
            ("a::y", "a::x"),
            ("b", "c"),
            ("c", "b"),
            ("b", "a"),
        ]);
        assert_eq!(found.len(), 2, "{found:?}");
    }
}
