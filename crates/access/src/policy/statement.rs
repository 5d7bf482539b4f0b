//! One statement of a policy, compiled.

use super::ask::Ask;
use super::condition::Condition;
use super::pattern::Pattern;

/// What a statement does when it applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
pub(super) enum Effect {
    Allow,
    Deny,
}

/// `Action` or `NotAction`, `Resource` or `NotResource`.
#[derive(Debug)]
pub(super) struct Selector {
    pub(super) negated: bool,
    pub(super) patterns: Vec<Pattern>,
}

#[derive(Debug)]
pub(super) struct Statement {
    pub(super) effect: Effect,
    pub(super) actions: Selector,
    pub(super) resources: Selector,
    pub(super) conditions: Vec<Condition>,
}

impl Statement {
    /// Whether the statement speaks about this ask.
    pub(super) fn applies(&self, ask: &Ask<'_>) -> bool {
        self.actions.selects(ask.action, ask, self.effect)
            && self.resources.selects(ask.resource, ask, self.effect)
            && self.conditions.iter().all(|condition| condition.holds(ask, self.effect))
    }
}

impl Selector {
    fn selects(&self, text: &str, ask: &Ask<'_>, effect: Effect) -> bool {
        let undecided = undecided(self.negated, effect);
        let matched = self.patterns.iter().any(|pattern| pattern.matches(text, ask).unwrap_or(undecided));
        matched != self.negated
    }
}

/// What a comparison counts as when it cannot be made (a variable without a value, a number that is none). It counts as "no
/// match", except where that would make a negated Allow apply: nothing is allowed by accident.
pub(super) fn undecided(negated: bool, effect: Effect) -> bool {
    negated && effect == Effect::Allow
}
