// Traces arrive at a collector, go on where the caller's trace was, and hold nothing that was sent.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { serve } from './house.mjs';

const taken = [];
let collector, answers = 200, house;

before(async () => {
  collector = createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      taken.push({ path: request.url, type: request.headers['content-type'], body: Buffer.concat(parts) });
      response.writeHead(answers).end();
    });
  });
  await new Promise((resolve) => collector.listen(0, '127.0.0.1', resolve));
  house = await serve('books/retail', '--traces', `http://127.0.0.1:${collector.address().port}`);
});
after(() => {
  house?.stop();
  collector?.close();
});

const question = {
  request: 'returns',
  asked: '2026-11-16T18:04:00-05:00',
  facts: { customer: { id: 'c_of_a_marker' } },
};

test('a request is a span of the trace of whoever asks', async () => {
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
  const answer = await fetch(`${house.address}/v1/assess?role=frontline`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', traceparent: `00-${trace}-00f067aa0ba902b7-01` },
    body: JSON.stringify(question),
  });
  assert.equal(answer.status, 200);
  const id = answer.headers.get('x-request-id');
  while (!taken.some(({ body }) => body.includes(id))) await new Promise((resolve) => setTimeout(resolve, 50));
  const { path, type, body } = taken.find(({ body }) => body.includes(id));
  assert.equal(path, '/v1/traces');
  assert.equal(type, 'application/x-protobuf');
  for (const word of ['amends', 'POST /v1/assess', 'http.route', 'http.response.status_code', id]) assert.ok(body.includes(word), word);
  assert.ok(body.includes(Buffer.from(trace, 'hex')), 'the trace goes on');
  assert.ok(body.includes(Buffer.from('00f067aa0ba902b7', 'hex')), 'the span of whoever asks is its parent');
  for (const word of ['marker', 'c_of']) assert.ok(!body.includes(word), word);
});

test('a collector that takes nothing is told of once, and keeps nobody waiting', async () => {
  answers = 503;
  for (let turn = 0; turn < 3; turn++) assert.equal((await fetch(`${house.address}/health`)).status, 200);
  await house.said(/traces cannot be sent: they answered 503/);
  await fetch(`${house.address}/health`);
  await new Promise((resolve) => setTimeout(resolve, 6000));
  assert.equal(house.text().match(/traces cannot be sent/g).length, 1);
});
