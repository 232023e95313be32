//! How a row of the table is written, and how a number is read against it.

use std::iter::Chain;
use std::slice;

use crate::check::Algorithm;
use crate::verdict::{Invalid, Role};
use crate::{Candidate, MAX_LENGTH, judge, normal};

/// One format of one carrier: a row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    pub(crate) carrier: &'static str,
    pub(crate) courier: &'static str,
    pub(crate) name: &'static str,
    pub(crate) looks: &'static str,
    /// What may stand before the body: one of these sequences, tried in order.
    pub(crate) routes: &'static [Sequence],
    /// The number itself: one of these sequences, tried in order.
    pub(crate) bodies: &'static [Sequence],
    /// The most characters that route and body may have together.
    pub(crate) longest: usize,
    pub(crate) check: Check,
    /// Counted as if it stood before the covered characters, unless they begin with it.
    pub(crate) assumed: &'static str,
    pub(crate) codes: &'static [Code],
    pub(crate) only_when_named: bool,
}

pub(crate) type Sequence = &'static [Field];

/// Whether and how a check digit guards the format.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Check {
    None,
    Required(Algorithm),
    /// Seen to be right on the numbers we know, but promised by nobody.
    Advisory(Algorithm),
}

/// A list of codes that one part of the number is looked up in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Code {
    pub(crate) role: Role,
    pub(crate) meaning: fn(&str) -> Option<&'static str>,
    /// A number whose code is not on the list is no number of this format.
    pub(crate) required: bool,
}

impl Code {
    pub(crate) const fn known(role: Role, meaning: fn(&str) -> Option<&'static str>) -> Self {
        Self {
            role,
            meaning,
            required: false,
        }
    }

    pub(crate) const fn required(role: Role, meaning: fn(&str) -> Option<&'static str>) -> Self {
        Self {
            role,
            meaning,
            required: true,
        }
    }
}

impl Format {
    /// A row to fill in with `Format { name: ..., ..Format::of(id, courier) }`.
    pub(crate) const fn of(carrier: &'static str, courier: &'static str) -> Self {
        Self {
            carrier,
            courier,
            name: "",
            looks: "",
            routes: &[&[]],
            bodies: &[],
            longest: MAX_LENGTH,
            check: Check::None,
            assumed: "",
            codes: &[],
            only_when_named: false,
        }
    }

    /// The carrier's id in lower case.
    pub fn carrier(&self) -> &'static str {
        self.carrier
    }

    /// The carrier's name for people.
    pub fn courier_name(&self) -> &'static str {
        self.courier
    }

    /// The format's name, unique within the carrier.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What such a number looks like, for people.
    pub fn looks(&self) -> &'static str {
        self.looks
    }

    /// Too loose a form to tell the carrier by: good only where the caller names the carrier.
    pub fn only_when_named(&self) -> bool {
        self.only_when_named
    }

    /// How the check digit is computed, where one is required.
    pub fn check_digit(&self) -> Option<Algorithm> {
        match self.check {
            Check::Required(algorithm) => Some(algorithm),
            Check::None | Check::Advisory(_) => None,
        }
    }

    /// What a code in this role means in this format, where it is on our list.
    pub fn meaning(&self, role: Role, code: &str) -> Option<&'static str> {
        let list = self.codes.iter().find(|list| list.role == role)?;
        (list.meaning)(code)
    }

    /// Reads `number` as this format and no other.
    ///
    /// # Errors
    ///
    /// What is wrong with it; [`Invalid::NoFormat`] where it has another shape.
    pub fn read(&'static self, number: &str) -> Result<Candidate, Invalid> {
        let number = normal::readable(number).ok_or(Invalid::Unreadable)?;
        judge::judge(self, &number).unwrap_or_else(|| {
            Err(Invalid::NoFormat {
                courier: self.courier,
                allowed: vec![self.looks],
            })
        })
    }

    /// Every way to cut `number` into the format's fields, best first.
    pub(crate) fn readings<'n>(
        &'static self,
        number: &'n str,
    ) -> impl Iterator<Item = Vec<Piece<'n>>> {
        let fits = number.len() <= self.longest;
        let routes = self.routes.iter().filter(move |_| fits);
        routes
            .flat_map(|route| self.bodies.iter().map(move |body| (route, body)))
            .filter_map(move |(route, body)| {
                let mut pieces = Vec::new();
                cut(route.iter().chain(body.iter()), number, &mut pieces).then_some(pieces)
            })
    }
}

/// A run of characters with one role.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    pub(crate) role: Role,
    width: Width,
    allowed: Allowed,
    /// The check digit is computed from it.
    pub(crate) covered: bool,
    /// Printed around the number and no part of what the carrier is asked with.
    pub(crate) framing: bool,
}

/// `most`, `most - step`, ... down to `least` characters.
#[derive(Debug, Clone, Copy)]
struct Width {
    least: usize,
    most: usize,
    step: usize,
}

#[derive(Debug, Clone, Copy)]
enum Allowed {
    Words(&'static [&'static str]),
    Run { first: Set, rest: Set },
}

/// A set of characters.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Set {
    Digit,
    Letter,
    Alnum,
    /// Exactly these.
    Of(&'static str),
}

impl Set {
    fn holds(self, c: char) -> bool {
        match self {
            Self::Digit => c.is_ascii_digit(),
            Self::Letter => c.is_ascii_uppercase(),
            Self::Alnum => c.is_ascii_digit() || c.is_ascii_uppercase(),
            Self::Of(these) => these.contains(c),
        }
    }
}

impl Field {
    /// `width` characters of `set`.
    pub(crate) const fn run(role: Role, set: Set, width: usize) -> Self {
        Self {
            role,
            width: Width {
                least: width,
                most: width,
                step: 1,
            },
            allowed: Allowed::Run {
                first: set,
                rest: set,
            },
            covered: true,
            framing: false,
        }
    }

    /// `width` digits.
    pub(crate) const fn digits(role: Role, width: usize) -> Self {
        Self::run(role, Set::Digit, width)
    }

    /// The check digit.
    pub(crate) const fn check(set: Set) -> Self {
        Self::run(Role::CheckDigit, set, 1).uncovered()
    }

    /// Exactly one of these words, all of one length; not covered by the check digit.
    pub(crate) const fn words(words: &'static [&'static str]) -> Self {
        let width = match words {
            [first, ..] => first.len(),
            [] => 0,
        };
        let field = Self::run(Role::Mark, Set::Alnum, width).uncovered();
        Self {
            allowed: Allowed::Words(words),
            ..field
        }
    }

    /// Another role for words that are more than a mark.
    pub(crate) const fn as_role(self, role: Role) -> Self {
        Self { role, ..self }
    }

    /// Up to `most` characters, `step` more at a time.
    pub(crate) const fn up_to(self, most: usize, step: usize) -> Self {
        Self {
            width: Width {
                least: self.width.least,
                most,
                step,
            },
            ..self
        }
    }

    /// The first character is of this set.
    pub(crate) const fn starting(self, first: Set) -> Self {
        let allowed = match self.allowed {
            Allowed::Run { rest, .. } => Allowed::Run { first, rest },
            Allowed::Words(_) => self.allowed,
        };
        Self { allowed, ..self }
    }

    pub(crate) const fn covered(self) -> Self {
        Self {
            covered: true,
            ..self
        }
    }

    pub(crate) const fn uncovered(self) -> Self {
        Self {
            covered: false,
            ..self
        }
    }

    pub(crate) const fn framing(self) -> Self {
        Self {
            framing: true,
            ..self
        }
    }

    /// The word that `text` is, if this field is made of words other than padding.
    pub(crate) fn mark(&self, text: &str) -> Option<&'static str> {
        match self.allowed {
            Allowed::Words(words) if self.role != Role::Padding => {
                words.iter().copied().find(|word| *word == text)
            }
            Allowed::Words(_) | Allowed::Run { .. } => None,
        }
    }

    fn admits(&self, text: &str) -> bool {
        match self.allowed {
            Allowed::Words(words) => words.contains(&text),
            Allowed::Run { first, rest } => {
                let mut chars = text.chars();
                chars.next().is_some_and(|c| first.holds(c)) && chars.all(|c| rest.holds(c))
            }
        }
    }
}

/// A field and the characters found for it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Piece<'n> {
    pub(crate) field: &'static Field,
    pub(crate) text: &'n str,
}

type Fields = Chain<slice::Iter<'static, Field>, slice::Iter<'static, Field>>;

/// Cuts all of `rest` into `fields`, the widest first. On failure `pieces` is as before.
fn cut<'n>(mut fields: Fields, rest: &'n str, pieces: &mut Vec<Piece<'n>>) -> bool {
    let Some(field) = fields.next() else {
        return rest.is_empty();
    };
    let Width { least, most, step } = field.width;
    (least..=most).rev().step_by(step).any(|width| {
        let Some((text, rest)) = rest.split_at_checked(width) else {
            return false;
        };
        if !field.admits(text) {
            return false;
        }
        pieces.push(Piece { field, text });
        let whole = cut(fields.clone(), rest, pieces);
        if !whole {
            pieces.pop();
        }
        whole
    })
}
