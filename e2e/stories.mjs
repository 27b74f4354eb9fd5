// The five stories, as somebody at a counter tells them: what is filled in, and what must come out for each role.
// Amounts and standings are those of the vision's table.
const blazer = { paid: '149.00', final_sale: 'no' };
const coat = {
  'f.order.placed': '2026-09-10T16:40',
  'f.order.lines': [{ paid: '80', final_sale: 'no' }],
  'f.order.id': 'S-47102',
  'f.order.refunded': '0',
  'f.condition': 'as_new',
  'f.customer.claims_12m': '0',
  'p.returns': 'yes',
  'f.returns.resale': '50.00',
};
const laptop = {
  'f.order.id': 'S-20833',
  'f.order.lines': [{ paid: '1199', final_sale: 'no' }],
  'f.warranty.ends': '2026-11-13',
  'f.warranty.misused': 'no',
  'f.warranty.repair': '85',
  'f.warranty.cover_paid': '300',
  'f.customer.claims_12m': '1',
};

export const stories = [
  {
    name: '1 the sale five days later',
    book: 'retail',
    request: 'price_adjustment',
    asked: '2026-11-16T18:04',
    facts: {
      'f.order.placed': '2026-11-11T12:20',
      'f.order.channel': 'shop',
      'f.order.id': 'S-48211',
      'f.order.lines': [blazer, blazer, blazer],
      'f.order.refunded': '0',
      'f.promotion.starts': '2026-11-16T00:00',
      'f.promotion.discount': '40',
      'f.promotion.channels': ['online'],
      'f.customer.claims_12m': '1',
    },
    verdicts: { ai: 'A team lead may say yes', frontline: 'A team lead may say yes', lead: 'Yours to give' },
    first: ['Credit the difference', '$178.80'],
    seen: ['5 days: 9 inside', 'team lead may waive', 'Re-order online', '$35.45'],
    words: 'colleague',
  },
  {
    name: '2 the wrong parcel',
    book: 'retail',
    request: 'wrong_goods',
    asked: '2026-11-16T10:30',
    facts: {
      'f.sent': ['TSH-WHITE-M', 'TSH-BLACK-M'],
      's.sent': 'seen',
      'f.order.lines': [
        { sku: 'DRS-RED-38', title: 'Red dress', paid: '89', final_sale: 'no' },
        { sku: 'DRS-BLUE-38', title: 'Blue dress', paid: '94', final_sale: 'no' },
      ],
      'f.order.refunded': '0',
      'f.order.shipping': '6.95',
      'f.returns.label': '7.40',
      'f.returns.handling': '4',
      'f.returns.resale': '6',
    },
    verdicts: { ai: 'Owed; released by a representative', frontline: 'Owed', lead: 'Owed' },
    first: ['Money back', '$189.95'],
    seen: ['$183.00', '$6.95'],
    words: 'sorry',
  },
  {
    name: '3a the rule that did not foresee it',
    book: 'retail',
    request: 'returns',
    asked: '2026-11-16T11:45',
    facts: { ...coat, 'c.illness': 'seen' },
    verdicts: { ai: 'A representative may say yes', frontline: 'Yours to give', lead: 'Yours to give' },
    first: ['Money back', '$80.00'],
    seen: ['7 days past the line', 'costs us $30.00'],
    words: '$80.00',
  },
  {
    name: '3b the same without the hospital',
    book: 'retail',
    request: 'returns',
    asked: '2026-11-16T11:45',
    facts: coat,
    verdicts: { ai: 'A team lead may say yes', frontline: 'A team lead may say yes', lead: 'Yours to give' },
    first: ['Money back', '$80.00'],
    seen: ['7 days past the line'],
    words: 'asking someone',
  },
  {
    name: '3c the same to another card',
    book: 'retail',
    request: 'returns',
    asked: '2026-11-16T11:45',
    facts: {
      ...coat,
      'p.refund_to': 'yes',
      'f.refund_to.holder': 'Paul Castro',
      'f.refund_to.kind': 'card',
      'f.order.payment.holder': 'Ines Castro',
      'f.order.payment.kind': 'card',
    },
    verdicts: { ai: 'Not possible', frontline: 'Not possible', lead: 'Not possible' },
    first: ['Money back', '$80.00'],
    seen: ['Refund to the payment that was used', 'Store credit'],
    words: 'sorry',
  },
  {
    name: '4a three days past the cover',
    book: 'retail',
    request: 'warranty',
    asked: '2026-11-16T09:05',
    facts: laptop,
    verdicts: { ai: 'A representative may say yes', frontline: 'Yours to give', lead: 'Yours to give' },
    first: ['repair', ''],
    seen: ['3 days past the line', '$85.00'],
    words: '',
  },
  {
    name: '4b two hours late',
    book: 'rental',
    request: 'late_return',
    asked: '2026-11-16T14:20',
    facts: {
      'f.booking.id': 'R-77120',
      'f.booking.due': '2026-11-16T12:00',
      'f.booking.pickup': '2026-11-13T12:00',
      'f.booking.day_rate': '62',
      'f.booking.paid': '186',
      'f.booking.refunded': '0',
      'f.booking.saver': 'no',
      'f.back.at': '2026-11-16T14:00',
      'f.back.fee': '62.00',
      'f.customer.rentals': '40',
      'f.customer.late_12m': '0',
      'f.customer.value': '5200',
    },
    verdicts: { ai: 'A representative may say yes', frontline: 'Yours to give', lead: 'Yours to give' },
    first: ['', '$62.00'],
    seen: ['1 h past the line, yours to stretch'],
    words: '',
  },
  {
    name: '4c nine claims in a year',
    book: 'retail',
    request: 'warranty',
    asked: '2026-11-16T09:05',
    facts: { ...laptop, 'f.customer.claims_12m': '9' },
    verdicts: { ai: 'A team lead may say yes', frontline: 'A team lead may say yes', lead: 'Yours to give' },
    first: ['repair', ''],
    seen: ['Nine claims or more in a year'],
    words: '',
  },
  {
    name: '5 the coupon that did not fit',
    book: 'retail',
    request: 'trade_in_coupon',
    asked: '2026-11-02T13:10',
    facts: {
      'f.trade_in.accepted': 'yes',
      'f.trade_in.accepted_at': '2026-10-12T15:00',
      'f.product.in_promotion': 'no',
      'f.product.price': '450',
      'f.offer.ends': '2026-12-31',
    },
    verdicts: { ai: 'Owed; released by a representative', frontline: 'Owed', lead: 'Owed' },
    first: ['20% off any watch', '$90.00'],
    seen: ['does not bind', 'marketing pays'],
    words: '',
  },
];

// A story is told of a day in November; cases are opened today, so its dates move along.
export function moved({ book, facts }, order) {
  const named = ['f.order.id', 'f.booking.id'].find((path) => facts[path]) ?? 'f.order.id';
  const timeZone = book === 'rental' ? 'America/Chicago' : 'America/New_York';
  const today = new Intl.DateTimeFormat('en-CA', { timeZone }).format(new Date());
  const moves = Date.parse(today) - Date.parse('2026-11-16');
  const move = (text) => text.replace(/^(\d{4}-\d\d-\d\d)/, (day) => new Date(Date.parse(day) + moves).toISOString().slice(0, 10));
  const deep = (value) => {
    if (typeof value === 'string') return move(value);
    if (Array.isArray(value)) return value.map(deep);
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, deep(inner)]));
  };
  // What an order paid goes back once: who asks again asks about another.
  return { ...deep(facts), ...(order && { [named]: order }) };
}
