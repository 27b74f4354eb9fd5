# Every text of the pages, in English. Another language is a file like this one beside it.
#
# What is filled in stands as { $name }. Words for numbers: { $n -> [one] one day *[other] { $n } days }.

## How numbers, amounts, days and times are written

number-decimal = .
number-group = ,
# $minus is "-" or nothing, $sign the currency's sign or code.
money-signed = { $minus }{ $sign }{ $amount }
money-coded = { $minus }{ $amount } { $sign }
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December
date = { $day } { $month } { $year }
date-and-time = { $date }, { $time }
clock = { $time }

## frame.html

frame-skip-to-the-content = Skip to the content
frame-parts = Parts
frame-desk = Desk
frame-approvals = Approvals
frame-waiting = waiting
frame-settings = Settings
frame-ask = Ask
frame-rules = Rules
frame-books = Books
frame-yours-to-give-today = Yours to give today
frame-left-label = What is left, in hundredths
frame-name-your-account = { $name }: your account
frame-light-or-dark = Light or dark
frame-keys = Keys
frame-rules-broken = The newest edit of these rules has mistakes, so the last good version answers.
frame-see-what-is-wrong = See what is wrong
frame-key-search = search, or the first question
frame-key-move = next and previous in a list
frame-key-range = to
frame-key-pick = pick an option
frame-key-copy-words = copy the words for the customer
frame-key-yes-or-no = to the yes or the no of a question; Enter says it
frame-key-undo = take back what was just given
frame-key-desk = go to the desk
frame-key-approvals = go to the approvals
frame-key-ask = go to Ask
frame-key-rules = go to the rules
frame-key-leave = leave a field, so that the keys are heard again
frame-key-help = these keys
frame-key-settings = go to the settings
frame-close = Close

## What remedies are, by their kind

remedy-refund = refund
remedy-price-adjustment = price adjustment
remedy-store-credit = store credit
remedy-promo-code = promo code
remedy-replacement = replacement
remedy-prepared-cart = prepared cart
remedy-reship = reship
remedy-keep-item = keep item
remedy-give-back = give back
remedy-return-label = return label
remedy-shipping-credit = shipping credit
remedy-fee-waiver = fee waiver
remedy-repair = repair
remedy-warranty-extension = warranty extension
remedy-points = points
remedy-booking-change = booking change
remedy-message = message
remedy-bespoke = something else

## What scripts say, to readers of screens too; # is filled in

said-copied = Copied
said-copying-refused = Not allowed
said-select-and-copy = Copying is not allowed here: select the text and copy it
said-found = Found: { $n }
said-files-chosen = Files chosen: { $n }. Say what they show, then add them.
said-given-undo = Given. Press u to take it back.
said-a-yes = There is a yes
said-a-no = There is a no
said-a-question = A question has arrived
said-done = What was given is done
said-thanks = The customer said thanks

## desk.html

desk-questions-wait = { $n ->
    [one] A question waits
   *[other] { $n } questions wait
 } for someone of your role.
desk-first-asked-asked = first asked { $asked }
desk-the-head-sees-it = the head sees it
desk-desk = Desk
desk-answer = Answer
desk-offered-to-you = Offered to you
desk-your-turn = Your turn
desk-who-waits-longest-first = who waits longest first
desk-nobody-waits-for-you = Nobody waits for you.
desk-after-a-no-the-customer-wrote = After a no, the customer wrote
desk-the-customers-turn = The customer's turn
desk-a-new-case = A new case
desk-what-does-the-customer-want = What does the customer want?
desk-who = The customer's number or name, or an order's
desk-search = Search
desk-if-it-is-known = (if it is known)
desk-what-do-they-say = What do they say?
desk-optional = (optional)
desk-dates-count = The dates of today count for the customer from now on, however long it takes.
desk-open-it = Open it
desk-kept-differs = Payouts are stopped
desk-kept-nothing-is-paid = Some rows in the database don't match the journal. Cases can be read and worked on, but nothing is paid out.
desk-kept-what-to-do = Ask your operator to find out who changed these rows, then run “amends verify --database” with “--rederive”. Payouts go on by themselves after that.

## found.html

found-orders = { $n ->
    [one] 1 order
   *[other] { $n } orders
 }
found-order-is-theirs = { $order } is theirs
found-nobody = Nobody is known by this. With a number, the case can be opened all the same.
found-who-is-it = Who is it?
found-open-case = Open the case { $case }

## approvals.html

approvals-approvals = Approvals
approvals-sound-when-one-arrives = Sound when one arrives
approvals-none = No question waits for you. New ones appear here by themselves.
approvals-question-n-what = Question { $n }: { $what }
approvals-asks-you-second-look = { $asker } asks you for a second look
approvals-asks-second-look = { $asker } asks for a second look
approvals-asks-you = { $asker } asks you
approvals-asks = { $asker } asks
approvals-the-case = the case
approvals-it-costs-cost = It costs { $cost }.
approvals-yes = Yes
approvals-other-answers = Another amount, or no
approvals-no-and-say-why = No, and say why
approvals-why = Why?
approvals-another-amount = Another amount
approvals-yes-to-this-amount = Yes to this amount
approvals-if-no-what-stays-open = If no: what stays open?
approvals-or-in-your-words = Or in your words
approvals-no = No
approvals-and-more-more = And { $more } more.

## kinds.html

kinds-ask = Ask
kinds-what-does-the-customer-want = What does the customer want?
kinds-search-the-kinds-of-request = Search the kinds of request
kinds-search-return-late-coupon = Search: return, late, coupon
kinds-none-found = No rule is called that. Ask as “something else”, or clear the search.
kinds-paste = Paste a document instead: an order of your shop fills the form
kinds-source = Where it comes from
kinds-the-document-as-json = The document, as JSON
kinds-what-the-customer-wants = What the customer wants
kinds-as-the-document-says = as the document says
kinds-fill-the-form = Fill the form

## ask.html

ask-ask = Ask
ask-copy-a-link = Copy a link
ask-with-names-and-numbers = with names and numbers
ask-answer = Answer
ask-i-am = I am
ask-first-asked = First asked
ask-or = or
ask-first-asked-days-ago = First asked: days ago
ask-days-ago = days ago
ask-dates-count = Dates count as of the first contact.
ask-what-the-rule-asks = What the rule asks
ask-did-something-happen = Did something happen to the customer?
ask-exceptions-made-for-this-customer = Exceptions made for this customer within a year
ask-what-you-can-do = What you can do
ask-what-is-possible-instead = What is possible instead
ask-words-that-help = Words that help
ask-words-for-the-customer-edit = Words for the customer; edit them as you like
ask-copy = Copy
ask-this-rule-has-no-words = This rule has no words for this answer.
ask-note = A note to paste or print
ask-the-note = The note
ask-print = Print
ask-the-same-for-programs = The same for programs
ask-the-answer-as-json = The answer as JSON

## sign_in.html

sign-in-sign-in = Sign in
sign-in-business = Business
sign-in-your-name-here = Your name here
sign-in-password = Password
sign-in-forgotten = Forgotten? Someone who looks after the settings gives you a new one for one time.
sign-in-sign-in-with-title = Sign in with { $title }
sign-in-come-in = Come in
sign-in-with-token = Or come in with the server's token
sign-in-why-token = This server is open to other machines, so it asks for its token. Whoever started it has it.
sign-in-token = Token

## account.html

account-choose-your-password = Choose your password
account-change-your-password = Change your password
account-choose-password = You came in with a password for one time. Choose one that only you know; then you can go on.
account-password-now = Password now
account-new-password = New password
account-at-least-password-min-characters = At least { $password_min } characters. Every other browser is signed out.
account-new-password-again = New password again
account-choose = Choose
account-change = Change
account-where-you-are-signed-in = Where you are signed in
account-since-since-by-how = since { $since }, by { $how }
account-this-browser = (this browser)
account-sign-out = Sign out
account-sign-out-everywhere = Sign out everywhere

## consult.html

consult-a-question-for-department = A question for { $department }
consult-who-asked-on-at = { $who } asked on { $at }
consult-your-answer = Your answer
consult-it-can-be-given-once = It can be given once, until { $until }. It becomes part of the record.
consult-send-the-answer = Send the answer

## form.html

form-how-can-we-help = How can we help?
form-what-is-it-about = What is it about?
form-choose = Choose
form-what-happened = What happened?
form-where-can-we-reach-you = Where can we reach you?
form-reach-help = An e-mail address or a telephone number. We use it to answer you.
form-the-orders-number-if-there = The order's number, if there is one
form-leave-this-empty = Leave this empty
form-send = Send

## problems.html

problems-rules-of-title = Rules of { $title }
problems-nothing-is-wrong-with-these = Nothing is wrong with these rules
problems-title = The newest edit cannot be used
problems-ask-something = Ask something
problems-read-the-rules = Read the rules
problems-last-good-answers = Until it is mended, the last good version answers. This page follows your edits.
problems-what-to-do = What to do:

## demo.html

demo-who-are-you = Who are you?
demo-a-shop-with-a-counter = A shop with a counter and a web shop, made up for you. Press a number, then Enter; a second browser, or a private window, can be someone else at the same time.

## again.html

again-you-are-signed-out = You are signed out
again-nothing-was-done = Nothing was done, and what you typed is kept on this page. Sign in on another one, then come back here and go on.
again-sign-in = Sign in on another page
again-go-on = Go on

## not_found.html

not-found-ask-something = Ask something

## parts.html

parts-who-saw-it = Who saw it?
parts-label-none = { $label }: none
parts-none = None
parts-or = or
parts-label-days-ago = { $label }: days ago
parts-days-ago = days ago
parts-take-out-label-n = Take out { $label } { $n }
parts-add-another = Add another
parts-no-rule = No rule is made for this. What can be given anyway stands beside.
parts-this-rule-needs-to-know = This rule needs to know nothing more.
parts-what-the-book-says = What the book says
parts-still-to-know = Still to know
parts-detour = The customer can get this without you

## desk.rs

desk-left-left-of-most = { $left } left of { $most }
desk-signed-out = Signed out
desk-less-than-a-minute = less than a minute
desk-minutes = { $n } min
desk-hours = { $n } h
desk-days = { $n ->
    [one] 1 day
   *[other] { $n } days
 }
desk-not-found = Not found
desk-no-such-page = There is no page at this address.

## desk/mine.rs

desk-choose-what-the-customer-wants = Choose what the customer wants.
desk-choose-who-it-is = That is a name: choose below who it is.
desk-the-customers-number-why = The customer's number: { $why }
desk-what-the-customer-says = What the customer says
desk-their-turn-for-changed = their turn for { $changed }
desk-waits = waits { $since }
desk-not-known-yet = not known yet

## desk/typed.rs

typed-unreadable = Something that was filled in cannot be read: { $errors }
typed-this-page-was-open-too = This page was open too long. Nothing was done, and what you typed is still here: do it again.
typed-what-stays-open = What stays open
typed-never-a-bare-no-choose = Never a bare no: choose what the customer can do instead, or write it.
typed-the-amount-text-why = The amount `{ $text }`: { $why }

## desk/page.rs

page-nothing-here = Nothing here
page-there-is-no-book-name = There is no book `{ $name }` here.
page-not-found = Not found

## desk/ask.rs

ask-not-found = Not found
ask-the-book-has-no-case = The book has no case `{ $id }`.
ask-no-answer = No answer
ask-choose-where-the-document-comes = choose where the document comes from

## desk/consult.rs

consult-thank-you = Thank you
consult-your-answer-is-with-whoever = Your answer is with whoever asked. There is nothing more to do.
consult-not-kept = Your answer could not be kept just now. It is still here: send it again in a moment.
consult-too-many = Too many requests came from your address. Try again in { $seconds } seconds.
consult-one-moment = One moment
consult-a-question-from-business = A question from { $business }
consult-answered-already = Answered already
consult-this-question-has-its-answer = This question has its answer. There is nothing more to do.
consult-link-over = This link is good no more: it is too old, a newer one was sent, or nobody waits for an answer any longer. Ask whoever sent it.
consult-this-link-is-over = This link is over
consult-nothing-here = Nothing here
consult-there-is-no-such-link = There is no such link. Copy it whole, as it was sent.

## desk/form.rs

form-too-many = Too many requests came at once. It is still here: send it again in { $seconds } seconds.
form-it-could-not-be-kept = It could not be kept just now. It is still here: send it again in a moment.
form-this-page-was-sent-already = This page was sent already, with other words. Open it anew to ask once more.
form-choose-what-it-is-about = Choose what it is about.
form-write-what-happened = Write what happened.
form-that-is-too-long-words = That is too long: { $words_letters_max } letters at most.
form-write-where-we-can-reach = Write where we can reach you: an e-mail address or a telephone number.
form-order-too-long = An order's number has at most { $order_chars_max } letters.
form-this-page-is-not-whole = This page is not whole: open it anew.
form-your-request-is-with-us = Your request is with us.
form-with-us-number = Your request is with us, and someone answers for it. Its number is { $case }.
form-ask-business = Ask { $business }
form-thank-you = Thank you
form-nothing-here = Nothing here
form-there-is-no-such-form = There is no such form.

## desk/problems.rs

problems-what-is-wrong = What is wrong

## desk/ask/fields.rs

ask-our-system-shows-it = Our system shows it
ask-i-looked-at-it = I looked at it
ask-the-customer-says-so = The customer says so
ask-an-agent-claims-it = An AI agent claims it
ask-duration-such-as = such as 2 h or 90 min
ask-dont-know = Don't know

## desk/ask/view.rs

ask-words-follow = The words follow, once the answer is known.
ask-announced = { $verdict }. First option: { $says }
ask-announced-amount = { $verdict }. First option: { $says }, { $amount }
ask-counts-when-our-systems-show = counts when our systems show it
ask-counts-when-seen = counts when somebody saw it
ask-the-customers-word-is-enough = the customer's word is enough
ask-saw-proof = I saw a note or proof
ask-words-for-the-customer = Words for the customer

## desk/approvals.rs

approvals-meanwhile-yes = { $by } said yes meanwhile: { $what }. Your answer was not needed any more.
approvals-meanwhile-no = { $by } said no meanwhile: { $what }. The reason: { $reason }
approvals-meanwhile-nobody = The time for an answer is over: { $what }.
approvals-meanwhile-wrote = { $says } You wrote: { $typed }
approvals-there-is-no-such-question = There is no such question.
approvals-what-they-should-know = What they should know
approvals-the-amount-has-no-currency = The amount has no currency.
approvals-why-another-amount = Why another amount
approvals-the-reason = The reason
approvals-say-which-answer = Say yes, another amount, or no.
approvals-no-before = { $by } said no to this on { $at }:
approvals-like = { $given } of { $all } like it were given.
approvals-like-median = { $given } of { $all } like it were given, median { $median }.
approvals-left = { $left } left
approvals-call-back-within-left = call back within { $left }

## door/pages.rs

sign-in-this-came-from-another-page = This came from another page. Sign in here.
sign-in-too-many-tries-try-again = Too many tries. Try again in { $seconds } seconds.
sign-in-that-is-not-the-token = That is not the token. Mind that it has no blanks around it.
sign-in-that-is-not-your-name = That is not your name and password here. A password for one time is good for seven days.
sign-in-your-account = Your account
sign-in-that-came-from-another-page = That came from another page, or from one that was open too long. Nothing was done: do it again.
sign-in-passwords-differ = The two new passwords are not the same.
sign-in-the-password-you-have-now = The password you have now is another.

## explain/terms.rs

answer-fault = it is so: making good is owed
answer-fault-paid-by = it is so: making good is owed; { $team } pays
answer-it-is-not-so = it is not so
answer-not-shown-yet = not shown yet
answer-does-not-apply-here = does not apply here
answer-not-told = customers were not told: does not bind
answer-not-known-yet = not known yet
answer-past-undisclosed = { $past }, but customers were not told: does not bind
answer-past-undisclosed-perhaps = { $past }; binds only if customers had been told
answer-one-of-these-holds = one of these holds
answer-all-of-these-hold = all of these hold
answer-holds = holds
answer-on-the-line = on the line
answer-inside = { $margin } inside
answer-value-inside = { $value }: { $margin } inside
answer-none-of-these-holds = none of these holds
answer-not-all-of-these-hold = not all of these hold
answer-does-not-hold = does not hold
answer-value-instead-of-line = { $value } instead of { $line }
answer-past = { $past } past the line
answer-past-fixed = { $past } past a fixed line
answer-because-of-says = because of { $says }
answer-past-yours = { $past }, yours to stretch
answer-past-yours-because = { $past }, yours to stretch because of { $because }
answer-past-yours-to-waive = { $past }: yours to waive
answer-past-theirs = { $past }, { $role } may
answer-past-theirs-because = { $past }, { $role } may because of { $because }
answer-past-role-may-waive = { $past }: { $role } may waive
answer-past-this-is-fixed = { $past }: this is fixed
answer-further-than-anyone = { $past }: further than anyone may go

## explain/around.rs

answer-not-known-decides = not known yet; if so, { $decides }
answer-role-decides = { $role } decides what is not owed
answer-shown-loan = shown: { $loan }
answer-said-not-shown-yet-once = said, not shown yet; once it is, { $loan }
answer-lends = { $to } may go as far as { $of }
answer-lends-up-to = { $to } may go as far as { $of }, up to { $most }
answer-nothing-here = nothing here
answer-bars-what-for-everyone = bars { $what }, for everyone
answer-may-bar = not known yet; it may bar { $what }
answer-more-than-the-rest = It is more than the rest of what was paid
answer-path-is-not-given-find = `{ $path }` is not given: find it out and add it
answer-problem-correct-it = { $problem }: correct it
answer-cannot = part of the rule cannot be worked out: { $says }
answer-cannot-at = part of the rule cannot be worked out ({ $path } line { $line }): { $says }
answer-path-is-source = `{ $path }` is { $source }
answer-an-ai-agents-claim-so = an AI agent's claim so far
answer-the-customers-word-so-far = the customer's word so far
answer-only-looked-at-so-far = only looked at so far
answer-from-a-system-of-record = from a system of record
answer-look-it-up = look it up in the system of record
answer-look-yourself = look at it yourself (the label, a picture, a note) and mark it as seen
answer-ask-the-customer = ask the customer
answer-and-no = { $one } and no { $other }
answer-bespoke = You may write a remedy of your own
answer-bespoke-but = You may write a remedy of your own, but no { $no }
answer-bespoke-theirs = { $who } may write a remedy of their own
answer-bespoke-theirs-but = { $who } may write a remedy of their own, but no { $no }
answer-costs-more = costs us { $cost }, { $by } more than the first option
answer-costs-less = costs us { $cost }, { $by } less than the first option
answer-costs-as-much = costs us { $cost }, as much as the first option
answer-costs-us-cost = costs us { $cost }

## explain/options.rs

answer-released-by-role = released by { $role }
answer-more-than-anyone-may-release = more than anyone may release alone
answer-least-to-most = { $least } to { $most }
answer-barred = barred: { $why }
answer-may-be-barred = may be barred: { $why }
answer-depends-on-what-is-missing = depends on what is missing
answer-yours-to-give = yours to give
answer-needs-role = needs { $role }
answer-nobody-may-give-this = nobody may give this
answer-yours-up-to-text = yours up to { $text }
answer-owed-yours-to-release = owed, yours to release
answer-owed-other = owed; { $other }
answer-paid-by = { $team } pays
answer-more-than-you-may-give = more than you may give on one case
answer-more-than-you-may-pay-out = more than you may pay out on one case
answer-your-exceptions-for-this-customer = your exceptions for this customer are used up

## explain/relied.rs

answer-only-claimed = only an AI agent says so: { $what }
answer-only-said = only the customer says so: { $what }
answer-only-seen = a person looked, no system says so: { $what }
answer-do-look-up = look up { $what }
answer-do-look-at = look at { $what }
answer-do-hear = hear from the customer themselves about { $what }
answer-then-yours-to-give = { $what }: then it is yours to give
answer-then-yours-to-release = { $what }: then it is yours to release
answer-and = { $one } and { $other }
answer-and-more = { $n } more

## explain/gauge.rs

answer-yours = yours
answer-nobody = nobody
answer-tick-line = { $line }: the line
answer-tick-any = any: { $who }
answer-tick-past = { $past } past
answer-tick-from = from { $from }
answer-tick-to = to { $to }

## explain/policy/limits.rs

rule-bespoke = { $who } may write a remedy of their own
rule-any-amount-on-one-case = any amount on one case
rule-per-grant = up to { $most } on one case
rule-per-day = up to { $most } in a day
rule-exceptions = { $n ->
    [one] 1 exception
   *[other] { $n } exceptions
 } for one customer in { $days }
rule-releases-all-that-is-owed = releases all that is owed
rule-per-owed = releases up to { $most } of what is owed
rule-owed-per-day = releases up to { $most } of what is owed in a day
rule-per-payout = pays out up to { $most } on one case
rule-trust = acts alone on { $what }
rule-trust-nothing = acts on nothing alone
rule-trust-claimed = what an AI agent says
rule-trust-word = what the customer says
rule-trust-said = what the customer or an AI agent says
rule-trust-seen = what a person looked at
rule-trust-system = what a system says
rule-trust-up-to = { $who } (up to { $most })

## explain/policy/remedies.rs

rule-owed-when-we-got-it = owed when we got it wrong
rule-owed-when-every-term-holds = owed when every term holds, else given by whoever may stretch those that do not
rule-asks-for-no-term-only = asks for no term, only for someone who may give as much
rule-in-place-of-barred = possible in place of what is barred
rule-owed-to-whoever-asks = owed to whoever asks
rule-only-where-it-is-possible = only where it is possible
rule-least-to-most = { $least } to { $most }
rule-up-to-most = up to { $most }
rule-least-or-more = { $least } or more
rule-a-range-that-is-worked = a range that is worked out
rule-worked-out = worked out
rule-worked-out-from-sources = worked out from { $sources }
rule-nothing = nothing
rule-first-that-holds = the first of these that holds
rule-in-some-cases-only = in some cases only
rule-in-some-cases-only-depends = in some cases only: depends on { $sources }
rule-less-may-be-given = less than the amount may be given
rule-good-for-text = good for { $text }
rule-expires-worked-out = expires on a day that is worked out
rule-good-until-day = good until { $day }
rule-expected-to-keep = expected to keep { $kept } of what the customer is worth
rule-team-pays = { $team } pays
rule-goes-to-the-first-payment = goes to the first payment as far as that goes, then to the next
rule-goes-to-all-payments = goes to all payments, by what each paid

## explain/policy/terms.rs

rule-must-hold = must hold
rule-one-of-these = one of these:
rule-all-of-these = all of these:
rule-at-most = at most { $most }
rule-at-least = at least { $least }
rule-exactly = exactly { $exactly }
rule-within = from { $from } to { $to }
rule-what-is-worked-out = what is worked out
rule-worked-out-from = what is worked out from { $sources }
rule-fixed = fixed
rule-stretch = { $title }: up to { $distance } past the line
rule-any-distance = { $title }: any distance past the line
rule-title-may-waive = { $title } may waive
rule-asked-in-some-cases-only = asked in some cases only
rule-asked-from = asked from { $day } on
rule-asked-until-day = asked until { $day }
rule-fact = “{ $fact }”
rule-fact-of = “{ $fact }” ({ $record })
rule-never-expires = never expires
rule-undisclosed = customers were not told: it does not bind them
rule-undisclosed-paid-by = customers were not told: it does not bind them; { $team } pays where it does not hold
rule-disclosed-since = customers were told on { $day }: it does not bind those who relied on the rule before
rule-disclosed-since-paid-by = customers were told on { $day }: it does not bind those who relied on the rule before; { $team } pays where it does not hold

## explain.rs

answer-need-to-know = We need to know: { $best } at best, { $worst } at worst
answer-not-possible = Not possible
answer-not-possible-why = Not possible: { $why }
answer-owed = Owed
answer-owed-who = Owed; { $who }
answer-not-within-the-rules = Not within the rules
answer-within-nothing-due = Within the rules; nothing is due
answer-nothing-due = Nothing is due
answer-we-need-to-know = We need to know
answer-yours-standing = Yours to give
answer-role-may-say-yes = { $role } may say yes
answer-asked-by-role = asked by { $role }
answer-no-rule-governs-request = no rule governs `{ $request }`
answer-in-force-since-day = in force since { $day }
answer-read-as-it-was-when = read as it was when the customer relied on it

## explain/policy.rs

rule-in-force = in force from the first day
rule-in-force-until = in force from the first day, until { $until }
rule-in-force-since = in force since { $since }
rule-in-force-from-to = in force since { $since }, until { $until }
rule-counts-as-it-was-when = counts as it was when the customer relied on it, where that was better for them
rule-may-be-opened-before = may be opened before the customer asks
rule-once-a-system-of-record = once a system of record says so
rule-once-looked-at = once someone has looked at it
rule-on-the-customers-word = on the customer's word
rule-and = { $first } and { $last }
rule-the = the { $name }
answer-who = a { $role }
answer-who-vowel = an { $role }
answer-who-top = the { $role }
answer-either = { $one } or { $other }

## explain/layout.rs

note-to-find-out = To find out
note-what-can-be-done = What can be done
note-instead = Instead
note-without-an-exception = Without an exception
note-what-the-rule-says = What the rule says
note-why = Why: { $purpose }

## explain/changes.rs

changes-title = Title
changes-purpose = Purpose
changes-owner = Owner
changes-what-customers-are-told = What customers are told
changes-governs = Governs
changes-when-we-got-it-wrong = When we got it wrong
changes-without-an-exception = Without an exception
changes-what-asks-for-somebody-higher = What asks for somebody higher
changes-what-nobody-may-do = What nobody may do
changes-also = Also
changes-words = Words
changes-the-term = the term
changes-who-may-stretch-it = who may stretch it
changes-the-sentence = the sentence
changes-the-line = the line
changes-the-stretch = the stretch
changes-the-remedy = the remedy
changes-how-much = how much
changes-costs-us = costs us
changes-a-part = a part
changes-in-all = { $role }, in all
changes-offered = offered
changes-fault = { $says }: owed { $proof }

## book.html

book-rules-of-title = Rules of { $title }
book-who-decides = Who decides
book-what-changed-when = What changed when
book-new-since-your-last-shift = New since your last shift
book-since-since = since { $since }
book-in-force-from-day = in force from { $day }
book-changed = changed
book-drafts = Drafts
book-no-rule-is-being-changed = No rule is being changed.
book-by = by { $by }
book-change-a-rule = Change a rule
book-begin-a-draft = Begin a draft
book-the-ladder = The ladder
book-what-may-have-happened = What may have happened to a customer
book-counts-proof-lends = Counts { $proof }: { $lends }.

## case.html

case-how-much-least-to-most = How much? { $least } to { $most } { $currency }
case-says-how-much = { $says }: how much
case-what-should-they-know = What should they know?
case-optional = (optional)
case-what-happens-then = What happens then
case-does-it = does it
case-says-by-hand-you-do = { $says }: by hand. You do it, then say so here
case-give = Give
case-desk = Desk
case-case-id = case { $id }
case-link-shown-once = The customer's link, shown this once. Send it to them and to nobody else.
case-copy = Copy
case-answer = Answer
case-a-customer-since-since = a customer since { $since }
case-who-is-it = Who is it?
case-the-customers-number = The customer's number
case-set = Set
case-asks-for = Asks for
case-what-the-rule-asks = What the rule asks
case-keep-answer = Keep this answer on the case
case-did-something-happen = Did something happen to the customer?
case-what-was-known = What was known
case-so-far = So far
case-look-at-the-file = Look at the file
case-add-to-the-case = Add to the case
case-what-is-it = What is it?
case-a-note = A note
case-the-customer-said = The customer said
case-i-asked-them = I asked them
case-i-saw-proof = I saw proof
case-add = Add
case-open-again = Open it again, for this reason
case-show-a-photo-a-paper = Show a photo, a paper or a screenshot
case-drop-files = Drop files anywhere on this page, or paste a screenshot.
case-which-files = Which files?
case-or-take-a-photo-now = Or take a photo now
case-what-do-they-show = What do they show?
case-photos-jpeg-png-webp-gif = Photos (JPEG, PNG, WebP, GIF), PDF or plain text: at most 10 MB each, 5 at once. What is about someone's health is better seen than kept.
case-no-rule-answers-this-request = No rule answers this request.
case-cases-like-this = Cases like this
case-given-given = { $given } given
case-declined-declined = { $declined } declined
case-median-median = median { $median }
case-asked-and-given = Asked and given
case-give-it-now = Give it now
case-undo = Undo
case-nothing-is-done-for = Nothing is done for
case-seconds = s.
case-i-have-done-it = I have done it
case-told-all = All of it
case-told-seen = { $fact } counts as what you looked at: only a connected system can say more.
case-told-word = { $fact } counts as what the customer says.
case-told-claimed = { $fact } counts as a claim.
case-ask-for-a-second-look = Ask for a second look
case-second-look-words = What should they know? It goes to someone higher who was not in it.
case-ask = Ask
case-what-you-can-do = What you can do
case-what-is-possible-instead = What is possible instead
case-own-remedy = Write a remedy for this case
case-own-gets = What does the customer get?
case-own-kind = What kind of thing is it?
case-own-amount = How much is it for them?
case-own-if-money = (if it is money)
case-own-cost = What does it cost the business?
case-own-who-pays = Who pays for it?
case-own-who-pays-hint = (a department, if it is not yours)
case-why = Why?
case-own-says-yes = Writing it says yes to it. Whoever owns the case then gives it.
case-own-write = Write it
case-words-that-help = Words that help
case-words-for-the-customer-edit = Words for the customer; edit them as you like
case-handing-over = Handing over
case-it-is-offered-to-you = It is offered to you.
case-if-not-why = If not: why?
case-take-it-over = Take it over
case-do-not = Do not
case-it-is-offered-to-name = It is offered to { $name }, and yours until they say yes.
case-take-the-offer-back = Take the offer back
case-promised-and-asked = Promised and asked
case-kept-it = Kept
case-they-answered = They answered
case-what-did-department-say = What did { $department } say?
case-promise-something = Promise something
case-promise-what = What do you promise the customer?
case-until-when = Until when?
case-promise-reminded = You are reminded before, and it is seen when it is missed.
case-promise = Promise
case-ask-a-department = Ask a department
case-which = Which?
case-what-are-they-asked = What are they asked?
case-consult-stays-yours = The case stays yours. After some such questions the head sees it.
case-stay-with-the-book-decline = Stay with the book: decline
case-what-can-the-customer-do = What can the customer do instead?
case-or-in-your-words = Or in your words
case-decline = Decline
case-hand-over = Hand over
case-to-whom = To whom?
case-it-stays-yours-until-they = It stays yours until they say yes.
case-offer-it = Offer it
case-settled-close-the-case = Settled: close the case
case-the-customers-page = The customer's page
case-link-they-see = They see who looks after it, what they said and were asked, promised and given, and the reason of a no. Never notes, costs, or who decides.
case-they-have-a-link-good = They have a link, good until { $until } at the latest.
case-link-for-the-customer = Link for the customer
case-take-the-links-back = Take the links back

## contents.html

contents-rules = Rules
contents-who-decides = Who decides

## draft.html

draft-lines-that-differ = Lines that differ
draft-as-role = as { $role }
draft-came-the-case-says-expected = { $came }, the case says { $expected }
draft-rule = Rule
draft-draft = draft
draft-written-by-authors-a-second = Written by { $authors }. A second person publishes it.
draft-see-what-changed-when = See what changed when
draft-saved-and-typed = What is saved, and what you typed
draft-what-you-typed-is-below = What you typed is below, and is not saved. Lines with − are saved and not in yours, lines with + are only in yours. Take over what you want to keep; saving puts yours in its place.
draft-save = Save
draft-the-draft = The draft
draft-as-a-form = As a form
draft-as-text = As text
draft-edit-the-text = Edit the text
draft-edit-as-a-form = Edit as a form
draft-check-without-saving = Check without saving
draft-discard-the-draft = Discard the draft
draft-unsaved = What stands here is not saved yet.
draft-stretches = How far past the line
draft-each-from-line = Each counts from the line: when the line moves, stretches move too. Left empty, a role goes as far as the one below it.
draft-who-may-waive = Who may waive it: write any.
draft-no-form = This text cannot be read as a form. Mend what is wrong first.
draft-the-text-of-the-rule = The text of the rule
draft-what-comes-of-it = What comes of it
draft-cannot-yet = Cannot be published yet: { $why }
draft-it-can-be-published = It can be published
draft-in-force-from-day = In force from { $in_force } on, for who asks from then on.
draft-the-line = The line
draft-what-to-do = What to do:
draft-the-change = The change
draft-no-change = Nothing is different from the rule as it is.
draft-stretches-move-too = stretches move too
draft-before = before:
draft-after = after:
draft-is-gone = is gone
draft-the-cases-of-the-book = The cases of the book
draft-cases-run = { $cases } run
draft-cases-later = They run again once nothing is wrong.
draft-fail-from = From { $in_force } on these fail
draft-mend = Mend the draft, or the case in the book's folder.
draft-more-failing = and { $failing_more } more
draft-all-come-out-as-they = All come out as they do today
draft-had-it-always-held-these = Had it always held, these would come out otherwise
draft-and-otherwise-more-more = and { $otherwise_more } more
draft-the-lines-of-the-text = The lines of the text that differ
draft-publish = Publish
draft-save-it-first-or-open = Save it first, or open it again as it is saved: only what is saved is published, and who saves a change is one of its authors.
draft-in-force-from = In force from
draft-you-read = You read version { $version }. From that day on everyone answers by it; who asked before keeps the rule as it was.
draft-publish-it = Publish it

## history.html

history-what-changed-when = What changed when
history-none = Nothing is kept of this yet.
history-edition-number = edition { $number }
history-who-published-what-authors-wrote = { $who } published what { $authors } wrote.
history-first = The rules as they were when they were first kept.
history-the-folder-of-the-book = The folder of the book was changed.
history-what-belongs-to-all-rules = What belongs to all rules changed: roles and limits, facts, or what nobody may do.
history-a-version-is-gone = A version is gone
history-a-new-rule = A new rule
history-this-version-was-changed = This version was changed
history-a-new-version = A new version
history-in-force-from-day = in force from { $day }
history-moved-with-the-line = moved with the line
history-before = before:
history-after = after:
history-is-gone = is gone
history-the-lines-of-the-text = The lines of the text that differ
history-lines-that-differ = Lines that differ
history-earlier = Earlier

## rule.html

rule-costs-us-cost = Costs us: { $cost }
rule-rule = Rule
rule-to-come = To come
rule-earlier-version = Earlier version
rule-owned-by-owner = owned by { $owner }
rule-ask-about-it = Ask about it
rule-what-changed-when = What changed when
rule-change-this-rule = Change this rule
rule-another-version-comes-into-force = Another version comes into force: it stands below.
rule-to-come-other-versions-come = { $to_come } other versions come into force: it stands below.
rule-a-draft-of-this-rule = A draft of this rule
rule-being-written-by = is being written by { $by }.
rule-read-as = Read as
rule-what-customers-are-told = What customers are told
rule-when-we-got-it-wrong = When we got it wrong
rule-says-owed-proof = { $says }: owed { $proof }.
rule-team-pays-sentence = { $team } pays.
rule-what-the-rule-asks = What the rule asks
rule-without-an-exception = Without an exception
rule-what-asks-for-somebody-higher = What asks for somebody higher
rule-what-nobody-may-do = What nobody may do
rule-bars-join = Bars: { $join }
rule-instead-join = Instead: { $join }
rule-when-something-happened = When something happened to the customer
rule-counts-proof-lends = counts { $proof }: { $lends }
rule-examples-the-cases-this-rule = Examples: the cases this rule is tested with ({ $cases })

## customer.html

customer-your-request = Your request
customer-owner = { $owner } at { $business } looks after it from beginning to end.
customer-looks-after-it-nobody = { $business } looks after it, with a program that answers first. You can ask for a person at any time.
customer-said = Thank you. Your words are with { $owner } now.
customer-said-nobody = Thank you. Your words are with us now.
customer-showed = Thank you. What you sent is with { $owner } now.
customer-showed-nobody = Thank you. What you sent is with us now.
customer-thanked = Thank you for saying so. { $owner } will read it.
customer-thanked-nobody = Thank you for saying so. It is passed on.
customer-write-first = Write a few words first.
customer-too-long = That is too long: { $most } letters at most. It is still here, so you can make it shorter.
customer-no-file = Take a photo or choose a file first. Your words are still here.
customer-no-shows = Write what the files show, and choose them once more: your browser does not keep them for you.
customer-words-are-still-here = Your words are still here; choose the other files once more too.
customer-full = This is as much as can be sent here. Get in touch with { $business } in another way for the rest.
customer-twice = This page was sent before, with something else in it. What you typed is still here: send it once more.
customer-later = It could not be kept just now. What you typed is still here: send it again in a moment.
customer-too-often = That was a lot at once. What you typed is still here: send it again in { $seconds } seconds.
customer-not-now = This could not be added as things stand now. Look below at how your request stands.
customer-your-turn = Your turn
customer-we-need-something = We need something from you
customer-answer-below = Answer below, or send a photo. As soon as we have it, it is our turn again.
customer-our-turn = Our turn
customer-we-are-deciding = We are deciding
customer-asked-for-a-decision = { $owner } has asked for a decision. There is nothing you have to do.
customer-asked-for-a-decision-nobody = We have asked for a decision. There is nothing you have to do.
customer-decided = Decided
customer-on-its-way-to-you = Decided, and on its way to you
customer-says-when-done = There is nothing you have to do. This page says when it is done.
customer-we-are-looking = We are looking into it
customer-find-the-question = There is nothing you have to do. If we need something, you find the question here.
customer-done-chip = Done
customer-is-settled = This is settled
customer-still-not-right = If something is still not right, write to us below: your request opens again, and the date that counts stays.
customer-answered = Answered
customer-cannot-as-asked = We cannot do it in the way you asked
customer-the-reason = The reason:
customer-stays-open = What stays open to you
customer-second-look = To take one of these, or if you see it differently, write to us below. You may ask for a second look, by someone higher up who had no part in this answer.
customer-resting = Resting
customer-did-not-hear = We did not hear from you
customer-put-to-rest = So we put your request to rest. Write to us below and it goes on; dates then count as of the day you write.
customer-dates-count = Dates count as of { $asked }
customer-nothing-is-lost = Nothing is lost to you while we look into it.
customer-what-you-get = What you get
customer-money-sent = Done: the money was sent. Your bank may take some days to show it.
customer-done = Done.
customer-money-on-its-way = The money is on its way.
customer-on-its-way = On its way.
customer-what-we-promised = What we promised
customer-kept = Kept.
customer-kept-late = Done, later than we said. We are sorry.
customer-missed = This was to be by { $until }. We are late, and we are sorry.
customer-by = By { $until }.
customer-your-answer = Your answer
customer-write-to-us = Write to us
customer-what-you-want-to-tell = What you want to tell us
customer-something-we-should-know = Is there something we should know?
customer-send = Send
customer-show-us = Show us something
customer-what-files = Photos, PDFs and plain texts: up to { $files } at once, each up to { $mb } MB. Only people at { $business } see them.
customer-what-do-they-show = What do they show?
customer-the-label = The label on the parcel
customer-take-a-photo = Take a photo
customer-choose-files = Choose files
customer-send-the-files = Send the files
customer-say-thanks = Say thanks
customer-a-few-words = A few words for { $owner }, if you like
customer-a-few-words-nobody = A few words, if you like
customer-what-was-said = What was said
customer-we-asked = We asked
customer-you-wrote = You wrote
customer-you-told-us = You told us
customer-you-showed-us = You showed us
customer-you-said-thanks = You said thanks
customer-keep-the-address = Keep the address of this page to yourself: whoever has it sees it as you do.

## customer_refused.html

customer-one-moment = One moment
customer-try-again = That was too often from where you are. Try again in { $seconds } seconds.
customer-leads-nowhere = This link leads nowhere
customer-copy-it-whole = Copy it whole, as it was sent to you: it is long, and mail programs sometimes break it in two.
customer-good-for-a-time = A link is good for a time only. Ask whoever sent it for a new one.

## desk/customer.rs

customer-nothing-here = Nothing here

## desk/upload.rs

upload-too-large = “{ $called }” has more than { $mb } MB. Send a smaller one.
upload-all-too-large = The files have more than { $mb } MB together. Send them one after the other.
upload-too-many = At most { $most } files can be sent at once. Send the others after these.
upload-kind = “{ $called }” cannot be kept. Send a photo (JPEG, PNG, WebP or GIF), a PDF or a plain text.
upload-empty = “{ $called }” is empty. Choose another file.
upload-not-whole = What was sent did not arrive whole. Send it again.
upload-no-room = Too many files are being sent at this moment. Wait a few seconds and send them again.

## desk/case.rs

case-there-is-no-such-case = There is no such case. Cases of others are found by their number, as in the address of this page.
case-not-found = Not found
case-orders = Orders
case-spent = Spent
case-done = Done
case-promise-until = until { $until }
case-exceptions-12-months = Exceptions, 12 months
case-yours = Yours until it is settled
case-owners = { $owner }'s until it is settled
case-settled-by-owner = Settled, by { $owner }
case-declined-by-owner = Declined, by { $owner }
case-lapsed = Lapsed: the customer did not answer
case-dates-count = Dates count as of { $zone }
case-customers-turn = the customer's turn for { $since }
case-the-head-sees-it = The head sees it
case-promise-soon = soon: until { $until }
case-promise-missed = missed: it was until { $until }
case-kept = kept
case-kept-late = kept, late
case-asked-until = { $to } is asked until { $until }: { $what }
case-nobody-is-there-to-ask = Nobody is there to ask. Promise to call back by { $zone }: { $what }
case-says-yes = { $by } says yes, until { $until }: { $of }
case-says-no = { $by } says no: { $what }
case-nobody-answered = Nobody answered in time: { $what }
case-given-under-way = Given, under way
case-done-in-part = Done in part, the rest could not be
case-left-of-payment = Left of this payment ({ $payment }): { $amount }
case-left-of-shipping = Left of the shipping: { $amount }
case-left-of-fee = Left of this fee: { $amount }
case-left-of-purchase = Left of this purchase: { $amount }
case-could-not-be-done = Could not be done
case-taken-back = Taken back

## desk/draft.rs

draft-cannot-yet-sentence = Cannot be published yet: { $why }.
draft-nothing-is-wrong = { $n ->
    [one] Nothing is wrong. 1 change to the rule.
   *[other] Nothing is wrong. { $n } changes to the rule.
 }
draft-of = Draft: { $title }
draft-an-error = error
draft-a-warning = warning
draft-a-question = question
draft-at = line { $line }, character { $column }
draft-not-done = Not done
draft-it-was-not-done = It was not done
draft-the-day-why = The day: { $why }.
draft-no-such-act = There is nothing of that name to do here.
draft-not-found = Not found
draft-there-is-no-such-draft = There is no such draft.
draft-the-text-is-too-long = The text is too long to be tried.
draft-ended-by = { $saved_by } has { $state } this draft.
draft-version-version-saved-by-saved = version { $version }, saved by { $saved_by } { $saved_at }
draft-the-rule-has-changed-since = The rule has changed since this draft was written. What the draft would change is shown against what holds now: look through it, then save the draft again.

## desk/case/acts.rs

case-not-a = `{ $typed }` is no { $name }
case-that-yes-cannot-be-used = That yes cannot be used any more: it was used, or its time is over.
case-what-they-should-know = What they should know
case-there-is-no-such-question = there is no such question
case-the-customers-number-why = The customer's number: { $why }
case-the-reason = The reason
case-until-when-is-it-promised = Until when is it promised? Choose a day and a time.
case-what-is-promised = What is promised
case-which-department-is-asked = Which department is asked?
case-what-they-are-asked = What they are asked
case-what-they-said = What they said
case-why-it-is-opened-again = Why it is opened again
case-choose-who = Choose who should take it over.
case-why-not = Why not
case-nothing-here-is-called-act = nothing here is called `{ $act }`
case-what-to-add = What to add

## desk/case/files.rs

case-nothing-was-added-wrong = Nothing was added. { $wrong }
case-choose-file = Choose a file first: the browser keeps none from before.
case-what-they-show = What they show

## desk/case/own.rs

case-why-it-is-given = Why it is given
case-what-the-customer-gets = What the customer gets
case-own-cost-missing = What does it cost the business? Write an amount.

## desk/case/offers.rs

case-given-already = given already
case-ask-nobody-here = Ask a { $role }: nobody is here now
case-ask-name-free-now = Ask { $name }: free now
case-ask-after-others = Ask { $name }: { $waiting } before you

## desk/case/story.rs

story-you = you
story-the-clock = the clock
story-fulfilment = fulfilment
story-who-was-asked = who was asked
story-the-customer-by-their-link = the customer, by their link
story-by-itself-through-inlet = by itself, through { $inlet }
story-opened = Opened
story-the-customer-is-customer = The customer is { $customer }
story-a-file-was-added = A file was added
story-a-link-was-added = A link was added
story-seen = Seen
story-noted = Noted
story-the-customer-said = The customer said
story-the-customer-said-thanks = The customer said thanks
story-the-customer-was-asked = The customer was asked
story-hold-soon = The hold is about to lapse
story-the-hold-lapsed = The hold lapsed
story-promised-by-zone = Promised by { $zone }
story-a-promise-was-missed = A promise was missed
story-a-promise-was-kept = A promise was kept
story-asked-department = Asked { $department }
story-answered = Answered
story-offered-to-to = Offered to { $to }
story-not-taken-over = Not taken over
story-no-longer-offered = No longer offered
story-id-owns-it-now = { $id } owns it now
story-head-sees = The head sees it from now on
story-assessed-standing = Assessed: { $standing }
story-a-remedy-for-this-case = A remedy for this case: { $says }
story-asked-for-of = Asked for { $of }
story-passed-on = The question was passed on
story-yes-to-of = Yes to { $of }
story-no = No
story-nobody-answered-in-time = Nobody answered in time
story-given-of-it-costs-cost = Given: { $of }; it costs { $cost }
story-taken-back = Taken back, before anything of it was done
story-what-was-given-is-done = What was given is done
story-not-done = What was given could not be done
story-done-in-part = A part of what was given is done, the rest could not be
story-declined = Declined
story-settled = Settled
story-opened-again = Opened again
story-thing = { $kind }, { $amount }
story-waits-for-its-turn = waits for its turn
story-is-tried-again-why = is tried again: { $why }
story-is-being-done = is being done
story-may-be-done-why = may be done: { $why }
story-waits-for-a-person-why = waits for a person: { $why }
story-done-reference = done: { $reference }
story-done = done
story-will-not-be-done-why = will not be done: { $why }

## settings.html

settings-mode-advise = only advises: people do it all
settings-connected-systems-do-it-up = connected systems do it, up to an amount
settings-connected-systems-do-it-all = connected systems do it all
settings-settings = Settings
settings-what-told-this-once = { $what }, told this once:
settings-copy = Copy
settings-people = People
settings-an-ai-agent = an AI agent
settings-has-gone = has gone
settings-name-of-id = Name of { $id }
settings-role-of-name = Role of { $name }
settings-role-unknown = { $role }: the book has it no more
settings-team-of-name = Team of { $name }
settings-change = Change
settings-password-for-one-time = Password for one time
settings-sign-out = Sign out
settings-has-gone-button = Has gone
settings-is-back = Is back
settings-add-someone = Add someone
settings-id-letters-and-digits-never = Id: letters and digits, never a name or an address
settings-what-people-call-them = What people call them
settings-role = Role
settings-team = Team
settings-add = Add
settings-teams = Teams
settings-how-far-each-has-come = how far each has come
settings-what-people-call-team-id = What people call team { $id }
settings-how-far-label = How far team { $title } has come
settings-up-to-where-team-title = Up to, where team { $title } has such a bound
settings-up-to = up to
settings-change-team-title = Change team { $title }
settings-add-a-team = Add a team
settings-its-id = Its id
settings-what-people-call-it = What people call it
settings-how-far-it-has-come = How far it has come
settings-up-to-label = Up to
settings-only-where-it-has-such = (only where it has such a bound)
settings-add-the-team = Add the team
settings-limits = Limits
settings-limits-help = what may be spent on exceptions; a role's own limit holds as well
settings-there-are-none-beside-those = There are none beside those of roles in the book.
settings-currency-for-each-per = { $currency } for each { $per }
settings-own-limit = yours: someone else raises it
settings-at-most-for-whose-currency = At most for { $whose }, { $currency } for each { $per }
settings-change-what-whose-may-spend = Change what { $whose } may spend each { $per }
settings-take-away-what-limits-whose = Take away what limits { $whose } each { $per }
settings-take-away = Take away
settings-set-a-limit = Set a limit
settings-whose = Whose
settings-for-each = For each
settings-day = day
settings-month = month
settings-at-most-in-currency = At most, in { $currency }
settings-or-with-another-currency-behind = (or with another currency behind it)
settings-set-it = Set it
settings-keys-for-programs = Keys for programs
settings-since-since = since { $since }
settings-last-used-on-day = last used on { $day }
settings-never-used = never used
settings-a-new-secret-for-id = A new secret for { $id }
settings-new-secret = New secret
settings-remove-id = Remove { $id }
settings-remove = Remove
settings-make-a-key = Make a key
settings-what-for = What for
settings-only-for = Only for
settings-none-chosen-all-that-they = (none chosen: all that they may, but not tell facts as a system)
settings-make-it = Make it
settings-connected-systems = Connected systems
settings-on = on
settings-off = off
settings-hook-more = what was sent, and a test
settings-connect-a-system = Connect a system
settings-id = Id
settings-its-address = Its address
settings-it-makes-grants-real = It makes grants real
settings-it-is-told-what-happens = It is told what happens
settings-hook-kinds-help = (kinds, such as refund or case.; none: all)
settings-connect = Connect
settings-inlets = Where cases come in by themselves
settings-cases-are-owners = cases are { $owner }'s
settings-turn-id-off = Turn { $id } off
settings-turn-off = Off
settings-turn-id-on = Turn { $id } on
settings-turn-on = On
settings-open-another-way-in = Open another way in
settings-what-comes-in = What comes in
settings-form-for-anyone = A form that anyone may fill in
settings-mail = Mail
settings-events-of-another-system = Events of another system
settings-whose-cases-they-are = Whose cases they are
settings-always-of-this-kind = Always of this kind
settings-none-as-each-says = (none: as each says)
settings-the-books-mapping-for-events = The book's mapping, for events
settings-open-it = Open it
settings-import = Import
settings-bring-in-a-file = Bring in a file
settings-customers-orders-and-past-decisions = customers, orders and past decisions of another system
settings-import-more = and what was brought in before

## hook.html

hook-taken = taken
hook-waits = waits, and is sent by itself
hook-not-taken = not taken
hook-settings = Settings
hook-the-message-was-taken-answer = The message was taken: { $answer }.
hook-the-message-is-sent-again = The message is sent again in a moment. Look at this page again.
hook-the-message-was-not-taken = The message was not taken: { $answer }.
hook-what-it-is = What it is
hook-it-is-told-what-happens = It is told what happens, at
hook-makes-grants-real = It makes grants real, at
hook-only-for-kinds = (only for { $kinds })
hook-it-is-on = It is on.
hook-is-off = It is off: nothing is sent to it by itself.
hook-send-a-message-to-try = Send a message to try it
hook-turn-it-off = Turn it off
hook-turn-it-on = Turn it on
hook-new-secret = New secret
hook-sent-lately = Sent lately
hook-the-newest-first-of-30 = the newest first, of 30 days at most
hook-nothing-was-sent-yet = Nothing was sent yet.
hook-tries-tries = { $tries } tries
hook-send-it-again = Send it again
hook-of-id = of { $id }
hook-what-was-sent = What was sent
hook-in-id = in { $id }
hook-what-was-sent-in-id = What was sent in { $id }

## imports.html

imports-settings = Settings
imports-import = Import
imports-says-nothing-was-written = { $says } Nothing was written.
imports-nothing-was-written = Nothing was written.
imports-the-file-cannot-be-read = The file cannot be read to its end: line { $line }: { $says }.
imports-unreadable-end = The file cannot be read to its end: { $says }.
imports-before = This file was brought in before. Nothing is new.
imports-nothing-was-written-yet-choose = Nothing was written yet: choose the file again and import it.
imports-wrong-lines = What is wrong, line by line
imports-line = Line
imports-column = Column
imports-what-is-wrong = What is wrong
imports-and-more-more = And { $more } more.
imports-bring-in-a-file = Bring in a file
imports-what-it-holds = What it holds
imports-customers-id-since-name = Customers: id, since; name
imports-orders-id-customer-at-total = Orders: id, customer, at, total; currency
imports-past-decisions-id-at-request = Past decisions: id, at, request, decision; more
imports-the-file = The file
imports-formats = (CSV or JSON Lines, at most { $most_mb } MB)
imports-columns-that-are-called-otherwise = Columns that are called otherwise
imports-mapping-help = (one a line, such as customer=user_id)
imports-columns-to-keep-beside = Columns to keep beside
imports-with-commas-between = (with commas between)
imports-currency = The currency of amounts that name none
imports-none-currency = (none: { $currency })
imports-leave-out = Leave out rows that are wrong
imports-help = Every row is looked at first. While one is wrong nothing is written, unless wrong rows are left out. The same file again changes nothing. Times without a zone are those of { $zone }.
imports-check-it = Check it
imports-import-it = Import it
imports-brought-in-before = Brought in before
imports-nothing-yet = Nothing yet.
imports-broken-off = broken off
imports-at-done-of = { $n ->
    [one] at { $done } of 1 row
   *[other] at { $done } of { $n } rows
 }
imports-rows = { $n ->
    [one] 1 row
   *[other] { $n } rows
 }
imports-rows-kept = { $n ->
    [one] 1 row kept.
   *[other] { $n } rows kept.
 }
imports-rows-left-out = { $n ->
    [one] 1 row left out.
   *[other] { $n } rows left out.
 }
imports-rows-wrong = { $n ->
    [one] { $wrong } of 1 row cannot be taken as it is. Mend it in the file, or leave it out.
   *[other] { $wrong } of { $n } rows cannot be taken as they are. Mend them in the file, or leave them out.
 }
imports-rows-right = { $n ->
    [one] 1 row, and it is as it should be.
   *[other] { $n } rows, all of them as they should be.
 }

## desk/settings.rs

settings-told-password = The password for one time of { $id }
settings-told-key = The key of { $id }
settings-told-secret = The secret of { $id }
settings-not-done = it was not done
settings-for-the-highest = Settings are for the highest role. Ask someone who has it.
settings-not-yours = Not yours to change
settings-everyone = Everyone together
settings-team-title = Team { $title }
settings-all-that-they-may = all that they may
settings-makes-grants-real = makes grants real
settings-is-told = is told what happens
settings-inlet-events = events of another system
settings-inlet-mail = mail
settings-inlet-form = a form for anyone

## desk/hook.rs

hook-connected-system = Connected system
hook-none = There is no connected system of this name.
imports-choose-a-file = Choose a file.

## door/provider.rs

sign-in-not-signed-in = Not signed in
sign-in-you-are-not = You are not signed in

## desk/draft/form.rs

draft-at-most = At most
draft-at-least = At least
draft-within = Within
draft-exactly = Exactly
draft-given = What is given
draft-owed = What is owed when we got it wrong
draft-goodwill = Goodwill
draft-instead = Instead of what is barred
draft-part = { $part }: { $says }
draft-title = Title
draft-why-it-exists = Why it exists
draft-what-customers-are-told = What customers are told
draft-the-rule = The rule
draft-words = Words for the customer
draft-what-it-says = What it says
draft-how-much = How much
ask-yes = Yes
ask-no = No
case-open-since = open { $since }
hook-they-answered = they answered { $status }
imports-no-text = “{ $called }” is no text in UTF-8. Save it as CSV in UTF-8, or as JSON Lines.
imports-no-format = The name of “{ $called }” does not tell what it is: it ends with .csv or .jsonl.

## door/provider.rs

sign-in-the-provider-did-not-answer = The provider did not answer as it should. Try again; if it stays so, whoever runs this server finds more in its log.
sign-in-the-database-does-not-answer = The database does not answer now. Try again in a moment.
sign-in-this-business-cannot-be-signed = This business cannot be signed in to now.
sign-in-this-sign-in-was-begun = This sign-in was begun in another browser, or too long ago. Begin again.
sign-in-the-provider-did-not-let = The provider did not let you in.
sign-in-no-business = There is no business to sign in to.
sign-in-the-provider-did-not-say = The provider did not say who you are.
sign-in-your-account-has-no-role = Your account has no role here. Whoever looks after accounts at the provider can give you one.
sign-in-your-account-here-was-closed = Your account here was closed. The head of service can open it again.
sign-in-you-are-not-known-here = You are not known here.

## desk/book.rs

book-not-found = Not found
book-the-book-has-no-rule = The book has no rule `{ $id }`.
