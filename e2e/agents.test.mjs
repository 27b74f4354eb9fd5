// AI agents over the protocol, as another implementation's own client speaks it: over HTTP, and over standard input and output.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { browser, key, program, root, serve, signIn } from './house.mjs';

const folder = mkdtempSync(join(tmpdir(), 'amends-agents-'));
const database = join(folder, 'amends.db');
const asked = '2026-11-16T18:04:00-05:00';
// No two are about the same fee.
const about = (fee) => ({
  customer: { id: 'c_1', since: '2019-05-20', orders: 17, claims_12m: 0 },
  fee: { id: fee, amount: '75.00 USD', charged: '2026-11-10', in_error: false, waived_12m: 1 },
});
let house, tokens, chrome, desk;

before(async () => {
  execFileSync(program, ['people', 'team', 'shop', '--mode', 'full', '--business', 'retail', '--database', database], { cwd: root });
  tokens = { ada: key(database, 'ada', 'ai'), lena: key(database, 'lena', 'lead') };
  house = await serve('books/retail', '--database', database);
  chrome = await browser();
  desk = (await signIn(chrome, house.address, 'lena', tokens.lena)).page;
});
after(async () => {
  await chrome?.close();
  house?.stop();
  rmSync(folder, { recursive: true, force: true });
});

// What lena does, over the interface: signed in, since no key answers what an agent asks.
async function lena(path, body) {
  const status = await desk.evaluate(async ([path, body]) => {
    const csrf = document.querySelector('input[name=csrf]').value;
    const headers = { 'content-type': 'application/json', 'x-csrf-token': csrf };
    return (await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) })).status;
  }, [path, body]);
  assert.equal(status, 200, path);
}

const overHttp = (token) => new StreamableHTTPClientTransport(new URL('/mcp', house.address), { requestInit: { headers: { authorization: `Bearer ${token}` } } });
const overPipes = (token) => new StdioClientTransport({ command: program, args: ['mcp', '--server', house.address], env: { AMENDS_TOKEN: token }, stderr: 'ignore' });

for (const [name, transport] of [['HTTP', overHttp], ['standard input and output', overPipes]]) {
  test(`a fee is waived over ${name}, once, after someone said yes`, async () => {
    const client = new Client({ name: 'a client', version: '1.0.0' });
    await client.connect(transport(tokens.ada));
    const facts = about(name);
    try {
      assert.match(client.getInstructions(), /ask_approval/);
      const { tools } = await client.listTools();
      assert.deepEqual(tools.map((tool) => tool.name).sort(), ['ask_approval', 'assess', 'assess_case', 'case_status', 'grant', 'open_case', 'precedents']);
      // The client checks what comes against each tool's output schema.
      const call = async (tool, args) => {
        const result = await client.callTool({ name: tool, arguments: args });
        return result.isError ? { says: result.content[0].text } : result.structuredContent;
      };
      const looked = await call('assess', { request: 'fee', facts, asked });
      assert.equal(looked.assessment.request, 'fee');
      const { case: id } = await call('open_case', { request: 'fee', customer: 'c_1', asked });
      const { digest, assessment } = await call('assess_case', { case: id, facts });
      assert.ok(assessment.options.some((option) => option.id === 'waive'));
      const wish = { case: id, assessment: digest, option: 'waive' };
      assert.match((await call('grant', wish)).says, /call `ask_approval`.*\(code: needs_approval\)/s);

      const question = { ...wish, words: 'seventeen orders, and never a claim' };
      const [one, two] = [await call('ask_approval', question), await call('ask_approval', question)];
      assert.equal(two.approval.id, one.approval.id);
      await lena(`/v1/cases/${id}/approvals/${one.approval.id}/answer`, { yes: {} });
      const status = await call('case_status', { case: id });
      assert.equal(status.approvals[0].state, 'given');
      const granted = await Promise.all([1, 2, 3].map(() => call('grant', { ...wish, approval: one.approval.id })));
      assert.equal(new Set(granted.map((g) => g.grant.id)).size, 1, JSON.stringify(granted));
      assert.equal((await call('case_status', { case: id })).grants.length, 1);

      assert.match((await call('grant', { ...wish, amout: '5.00 USD' })).says, /did you mean `amount`\?/);
      await assert.rejects(client.callTool({ name: 'approve', arguments: {} }), /there is no tool `approve`/);
    } finally {
      await client.close();
    }
  });
}

test('a person lends no authority to a model, and a wrong token opens nothing', async () => {
  for (const [token, says] of [[tokens.lena, /acts as itself|403/], ['amends~retail~ada~0', /401|token/i]]) {
    for (const transport of [overHttp, overPipes]) {
      const client = new Client({ name: 'a client', version: '1.0.0' });
      await assert.rejects(client.connect(transport(token)), (e) => transport === overPipes || says.test(String(e)));
    }
  }
});
