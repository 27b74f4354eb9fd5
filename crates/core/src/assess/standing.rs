//! The standing, and which missing facts could still change it.

use super::options::{Ground, lenders};
use super::outcome::{OptionOutcome, Span, Standing, TermState, Told, Truth};
use super::terms::{Lenders, lends, need_of, root_need};
use crate::book::rules::{Group, Need, RoleId, TermShape};
use crate::program::run::Machine;
use crate::types::Type;
use crate::value::Why;

/// How good an option is for whoever asks, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Owed,
    Yours,
    Theirs(RoleId),
    Nobodys,
    Barred,
    NotOffered,
}

/// One end of what can come out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Best,
    Worst,
}

fn rank(option: &OptionOutcome, role: RoleId, end: End) -> Rank {
    let (owed, barred, need, offered) = match end {
        End::Best => (option.owed.best, option.barred.best, option.need.best, true),
        End::Worst => (option.owed.worst, option.barred.worst, option.need.worst, option.offered == Truth::Yes),
    };
    match (offered, barred, owed) {
        (false, ..) => Rank::NotOffered,
        (_, true, _) => Rank::Barred,
        (_, _, true) => rank_of_owed(option, role),
        _ => rank_of_need(need, role),
    }
}

/// What is owed is so for everyone; whoever may not act on what it rests on asks for it all the same.
fn rank_of_owed(option: &OptionOutcome, role: RoleId) -> Rank {
    if option.made_of.sources.best <= Need::role(role) {
        return Rank::Owed;
    }
    option.released_by.map_or(Rank::Nobodys, Rank::Theirs)
}

fn rank_of_need(need: Need, role: RoleId) -> Rank {
    match need.as_role() {
        _ if need <= Need::role(role) => Rank::Yours,
        Some(other) => Rank::Theirs(other),
        None => Rank::Nobodys,
    }
}

/// How good a remedy of one's own is, where it counts as an answer. A never that names nothing bars it like the others.
fn rank_by_hand(g: &Ground<'_>, end: End) -> Option<Rank> {
    let bespoke = if has_own_answer(g) { None } else { g.book.bespoke }?;
    let bars = |truth: Truth| truth == Truth::Yes || (truth != Truth::No && end == End::Worst);
    let barred = of_everything(g).any(bars);
    Some(if barred { Rank::Barred } else { rank_of_need(Need::role(bespoke), g.role) })
}

/// The nevers that bar whatever there is.
fn of_everything<'g>(g: &'g Ground<'_>) -> impl Iterator<Item = Truth> + 'g {
    g.version.nevers.iter().zip(g.nevers).filter(|(never, _)| never.kinds.is_none()).map(|(_, truth)| *truth)
}

fn standing_at<'o>(options: impl Iterator<Item = &'o OptionOutcome>, g: &Ground<'_>, end: End) -> Standing {
    let own = options.map(|o| rank(o, g.role, end));
    let by_hand = rank_by_hand(g, end);
    match own.chain(by_hand).min() {
        None | Some(Rank::NotOffered | Rank::Nobodys) => Standing::Refused,
        Some(Rank::Barred) => Standing::Never,
        Some(Rank::Owed) => Standing::Entitled,
        Some(Rank::Yours) => Standing::Discretion,
        Some(Rank::Theirs(other)) => Standing::Approval(other),
    }
}

/// Whether an option answers what was asked for.
pub(super) fn answers(g: &Ground<'_>, option: &OptionOutcome) -> bool {
    let group = g.version.remedies.get(option.remedy).map(|r| r.group);
    match group {
        Some(Group::Remedies | Group::Recovery) => true,
        Some(Group::Goodwill) => !has_own_answer(g),
        _ => false,
    }
}

/// Whether the policy says what is owed or given for the request itself.
pub(super) fn has_own_answer(g: &Ground<'_>) -> bool {
    g.version.remedies.iter().any(|r| matches!(r.group, Group::Remedies | Group::Recovery))
}

/// The first line of the ladder that matches; at best and at worst beside it.
pub(super) fn standing(g: &Ground<'_>, options: &[OptionOutcome]) -> (Standing, Span<Standing>) {
    let asked = || options.iter().filter(|o| answers(g, o));
    let best = standing_at(asked(), g, End::Best);
    let worst = standing_at(asked(), g, End::Worst);
    let standing = match (best, worst) {
        (Standing::Never | Standing::Refused, _) => best,
        (_, Standing::Entitled) => Standing::Entitled,
        _ if best == worst => best,
        _ => Standing::Unknown,
    };
    (standing, Span { best, worst })
}

/// Whether something would answer the request, no term stands against it, and its amount comes to nothing.
pub(super) fn nothing_due(g: &Ground<'_>, standing: Standing, options: &[OptionOutcome], nothing: &[usize]) -> bool {
    let would_answer = |index: &usize| match g.version.remedies.get(*index).map(|r| r.group) {
        Some(Group::Remedies) => root_need(g.version, g.terms).best == Need::NONE,
        // Neither hangs on a term.
        Some(Group::Recovery) => true,
        Some(Group::Goodwill) => !has_own_answer(g),
        _ => false,
    };
    standing == Standing::Refused
        && !options.iter().any(|option| answers(g, option))
        && nothing.iter().any(would_answer)
}

/// Reasons behind an unknown standing that could still change it.
pub(super) fn open_reasons(m: &mut Machine, g: &Ground<'_>, options: &[OptionOutcome]) -> Vec<Why> {
    let asked: Vec<&OptionOutcome> = options.iter().filter(|o| answers(g, o)).collect();
    let mut whys = Vec::new();
    if rank_by_hand(g, End::Best) != rank_by_hand(g, End::Worst) {
        whys.extend(of_everything(g).map(Truth::why));
    }
    for (i, option) in asked.iter().enumerate() {
        let (best, worst) = (rank(option, g.role, End::Best), rank(option, g.role, End::Worst));
        let others = asked.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, o)| rank(o, g.role, End::Worst)).min();
        if best != worst && others.is_none_or(|o| best < o) {
            open_in_option(m, g, option, &mut whys);
        }
    }
    whys.retain(|w| *w != 0);
    whys.sort_unstable();
    whys.dedup();
    whys
}

fn open_in_option(m: &mut Machine, g: &Ground<'_>, option: &OptionOutcome, whys: &mut Vec<Why>) {
    whys.push(option.offered.why());
    whys.push(option.why);
    if option.barred.worst && !option.barred.best {
        whys.extend(option.parts.iter().map(|p| p.bars_why));
    }
    let made = &option.made_of;
    let limits = made.per_grant.best.max(made.per_payout.best).max(made.sources.best);
    let others = limits.max(made.per_customer).max(made.guard.best);
    let owed = option.owed.best;
    if !owed || option.made_of.terms.best < option.made_of.terms.worst {
        open_guards(g, option, whys);
    }
    let answers_terms =
        g.version.remedies.get(option.remedy).is_some_and(|r| matches!(r.group, Group::Remedies | Group::Instead));
    if answers_terms {
        let lenders = lenders(g, option.cost);
        open_among(
            m,
            g,
            &g.version.roots,
            lenders,
            Around { others, if_met: Some(rank_of_owed(option, g.role)) },
            whys,
        );
    }
}

/// Guards that are missing and would ask for more than everything else does at best.
fn open_guards(g: &Ground<'_>, option: &OptionOutcome, whys: &mut Vec<Why>) {
    let made = &option.made_of;
    let limits = made.per_grant.best.max(made.per_payout.best).max(made.sources.best);
    let others = made.terms.best.max(limits).max(made.per_customer);
    for (guard, truth) in g.version.guards.iter().zip(g.guards) {
        if Need::role(guard.needs) > others {
            whys.push(truth.why());
        }
    }
}

/// What stands beside a term: needs it competes with.
#[derive(Clone, Copy)]
struct Around {
    /// The highest of the other needs, at best.
    others: Need,
    /// How good the option is where no term asks for anyone: it is owed then.
    if_met: Option<Rank>,
}

/// In `all`: those whose worst is above the best of the others.
fn open_among(m: &mut Machine, g: &Ground<'_>, terms: &[usize], lenders: Lenders, around: Around, whys: &mut Vec<Why>) {
    let spans: Vec<Span<Need>> =
        terms.iter().map(|i| need_of(g.version, g.terms, &g.book.circumstances, lenders, *i)).collect();
    for (i, (term, span)) in terms.iter().zip(&spans).enumerate() {
        let siblings =
            spans.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, s)| s.best).max().unwrap_or(Need::NONE);
        let at = |need: Need| {
            let terms = need.max(siblings);
            match around.if_met {
                Some(rank) if terms == Need::NONE => rank,
                _ => rank_of_need(terms.max(around.others), g.role),
            }
        };
        if at(span.best) != at(span.worst) {
            open_in_term(
                m,
                g,
                *term,
                lenders,
                Around {
                    others: around.others.max(siblings),
                    if_met: around.if_met.filter(|_| siblings == Need::NONE),
                },
                whys,
            );
        }
    }
}

fn open_in_term(m: &mut Machine, g: &Ground<'_>, index: usize, lenders: Lenders, around: Around, whys: &mut Vec<Why>) {
    let (Some(term), Some(outcome)) = (g.version.terms.get(index), g.terms.get(index)) else { return };
    match &term.shape {
        TermShape::All(parts) if outcome.applies => open_among(m, g, parts, lenders, around, whys),
        TermShape::Any(parts) if outcome.applies => open_alternatives(m, g, parts, lenders, around, whys),
        _ => {
            whys.push(outcome.why);
            unproven(g, index, lenders, whys);
        }
    }
}

/// In `any`: those whose best is below the worst of the others.
fn open_alternatives(
    m: &mut Machine,
    g: &Ground<'_>,
    parts: &[usize],
    lenders: Lenders,
    around: Around,
    whys: &mut Vec<Why>,
) {
    let open: Vec<usize> = parts
        .iter()
        .copied()
        .filter(|i| g.terms.get(*i).is_some_and(|o| o.state != TermState::NotApplicable))
        .collect();
    let spans: Vec<Span<Need>> =
        open.iter().map(|i| need_of(g.version, g.terms, &g.book.circumstances, lenders, *i)).collect();
    for (i, (part, span)) in open.iter().zip(&spans).enumerate() {
        let others =
            spans.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, s)| s.worst).min().unwrap_or(Need::NOBODY);
        if span.best < others && span.best != span.worst
            || g.terms.get(*part).is_some_and(|o| !o.applies && span.best < others)
        {
            open_in_term(m, g, *part, lenders, around, whys);
        }
    }
}

/// Circumstances that would lend for a term if they were shown.
fn unproven(g: &Ground<'_>, index: usize, lenders: Lenders, whys: &mut Vec<Why>) {
    let (Some(term), Some(outcome)) = (g.version.terms.get(index), g.terms.get(index)) else { return };
    if !matches!(&term.shape, TermShape::Measure { ty: Type::Days | Type::Duration, .. }) {
        return;
    }
    for (i, (circumstance, told)) in g.book.circumstances.iter().zip(g.told).enumerate() {
        if let Told::Unproven(why) = told
            && lenders.best >> i & 1 == 1
            && lends(term, outcome, circumstance)
        {
            whys.push(*why);
        }
    }
}
