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
frame-what-is-left-in-hundredths = What is left, in hundredths
frame-name-your-account = { $name }: your account
frame-light-or-dark = Light or dark
frame-keys = Keys
frame-the-newest-edit-of-these = The newest edit of these rules has mistakes, so the last good version answers.
frame-see-what-is-wrong = See what is wrong
frame-search-or-the-first-question = search, or the first question
frame-next-and-previous-in-a = next and previous in a list
frame-to = to
frame-pick-an-option = pick an option
frame-copy-the-words-for-the = copy the words for the customer
frame-to-the-yes-or-the = to the yes or the no of a question; Enter says it
frame-go-to-the-desk = go to the desk
frame-go-to-the-approvals = go to the approvals
frame-go-to-ask = go to Ask
frame-go-to-the-rules = go to the rules
frame-these-keys = these keys
frame-close = Close

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
desk-the-customers-turn = The customer's turn
desk-a-new-case = A new case
desk-what-does-the-customer-want = What does the customer want?
desk-the-customers-number-or-an = The customer's number, or an order's
desk-if-it-is-known = (if it is known)
desk-what-do-they-say = What do they say?
desk-optional = (optional)
desk-the-dates-of-today-count = The dates of today count for the customer from now on, however long it takes.
desk-open-it = Open it

## found.html

found-orders = { $n ->
    [one] 1 order
   *[other] { $n } orders
 }
found-order-is-theirs = { $order } is theirs
found-nobody-is-known-by-this = Nobody is known by this number. The case can be opened all the same.

## approvals.html

approvals-approvals = Approvals
approvals-no-question-waits-for-you = No question waits for you. New ones appear here by themselves.
approvals-question-n-what = Question { $n }: { $what }
approvals-asker-asks-you-for-a = { $asker } asks you for a second look
approvals-asker-asks-for-a-second = { $asker } asks for a second look
approvals-asker-asks-you = { $asker } asks you
approvals-asker-asks = { $asker } asks
approvals-the-case = the case
approvals-it-costs-cost = It costs { $cost }.
approvals-yes = Yes
approvals-another-amount-or-no = Another amount, or no
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
kinds-no-rule-is-called-that = No rule is called that. Ask as “something else”, or clear the search.
kinds-paste-a-document-instead-an = Paste a document instead: an order of your shop fills the form
kinds-where-it-comes-from = Where it comes from
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
ask-dates-count-as-of-the = Dates count as of the first contact.
ask-what-the-rule-asks = What the rule asks
ask-did-something-happen-to-the = Did something happen to the customer?
ask-exceptions-made-for-this-customer = Exceptions made for this customer within a year
ask-what-you-can-do = What you can do
ask-what-is-possible-instead = What is possible instead
ask-words-that-help = Words that help
ask-words-for-the-customer-edit = Words for the customer; edit them as you like
ask-copy = Copy
ask-this-rule-has-no-words = This rule has no words for this answer.
ask-a-note-to-paste-or = A note to paste or print
ask-the-note = The note
ask-print = Print
ask-the-same-for-programs = The same for programs
ask-the-answer-as-json = The answer as JSON

## sign_in.html

sign-in-sign-in = Sign in
sign-in-business = Business
sign-in-your-name-here = Your name here
sign-in-password = Password
sign-in-forgotten-someone-who-looks-after = Forgotten? Someone who looks after the settings gives you a new one for one time.
sign-in-sign-in-with-title = Sign in with { $title }
sign-in-come-in = Come in
sign-in-or-come-in-with-the = Or come in with the server's token
sign-in-this-server-is-open-to = This server is open to other machines, so it asks for its token. Whoever started it has it.
sign-in-token = Token

## account.html

account-choose-your-password = Choose your password
account-change-your-password = Change your password
account-you-came-in-with-a = You came in with a password for one time. Choose one that only you know; then you can go on.
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
form-an-e-mail-address-or = An e-mail address or a telephone number. We use it to answer you.
form-the-orders-number-if-there = The order's number, if there is one
form-leave-this-empty = Leave this empty
form-send = Send

## problems.html

problems-rules-of-title = Rules of { $title }
problems-nothing-is-wrong-with-these = Nothing is wrong with these rules
problems-the-newest-edit-cannot-be = The newest edit cannot be used
problems-ask-something = Ask something
problems-read-the-rules = Read the rules
problems-until-it-is-mended-the = Until it is mended, the last good version answers. This page follows your edits.
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
parts-no-rule-is-made-for = No rule is made for this. What can be given anyway stands beside.
parts-this-rule-needs-to-know = This rule needs to know nothing more.
parts-what-the-book-says = What the book says
parts-still-to-know = Still to know
parts-the-customer-can-get-this = The customer can get this without you

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
desk-there-is-no-page-at = There is no page at this address.

## desk/mine.rs

desk-choose-what-the-customer-wants = Choose what the customer wants.
desk-the-customers-number-why = The customer's number: { $why }
desk-what-the-customer-says = What the customer says
desk-their-turn-for-changed = their turn for { $changed }
desk-waits = waits { $since }
desk-not-known-yet = not known yet

## desk/typed.rs

typed-something-that-was-filled-in = Something that was filled in cannot be read: { $errors }
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
consult-your-answer-could-not-be = Your answer could not be kept just now. It is still here: send it again in a moment.
consult-too-many-requests-came-from = Too many requests came from your address. Try again in { $seconds } seconds.
consult-one-moment = One moment
consult-a-question-from-business = A question from { $business }
consult-answered-already = Answered already
consult-this-question-has-its-answer = This question has its answer. There is nothing more to do.
consult-this-link-is-good-no = This link is good no more: it is too old, a newer one was sent, or nobody waits for an answer any longer. Ask whoever sent it.
consult-this-link-is-over = This link is over
consult-nothing-here = Nothing here
consult-there-is-no-such-link = There is no such link. Copy it whole, as it was sent.

## desk/form.rs

form-too-many-requests-came-at = Too many requests came at once. It is still here: send it again in { $seconds } seconds.
form-it-could-not-be-kept = It could not be kept just now. It is still here: send it again in a moment.
form-this-page-was-sent-already = This page was sent already, with other words. Open it anew to ask once more.
form-choose-what-it-is-about = Choose what it is about.
form-write-what-happened = Write what happened.
form-that-is-too-long-words = That is too long: { $words_letters_max } letters at most.
form-write-where-we-can-reach = Write where we can reach you: an e-mail address or a telephone number.
form-an-orders-number-has-at = An order's number has at most { $order_chars_max } letters.
form-this-page-is-not-whole = This page is not whole: open it anew.
form-your-request-is-with-us = Your request is with us.
form-your-request-is-with-us-2 = Your request is with us, and someone answers for it. Its number is { $case }.
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
ask-such-as-2-h-or = such as 2 h or 90 min
ask-dont-know = Don't know

## desk/ask/view.rs

ask-the-words-follow-once-the = The words follow, once the answer is known.
ask-announced = { $verdict }. First option: { $says }
ask-announced-amount = { $verdict }. First option: { $says }, { $amount }
ask-counts-when-our-systems-show = counts when our systems show it
ask-counts-when-somebody-saw-it = counts when somebody saw it
ask-the-customers-word-is-enough = the customer's word is enough
ask-i-saw-a-note-or = I saw a note or proof
ask-words-for-the-customer = Words for the customer

## desk/approvals.rs

approvals-there-is-no-such-question = There is no such question.
approvals-what-they-should-know = What they should know
approvals-the-amount-has-no-currency = The amount has no currency.
approvals-why-another-amount = Why another amount
approvals-the-reason = The reason
approvals-say-yes-another-amount-or = Say yes, another amount, or no.
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
sign-in-the-two-new-passwords-are = The two new passwords are not the same.
sign-in-the-password-you-have-now = The password you have now is another.
