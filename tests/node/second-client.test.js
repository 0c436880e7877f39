// A whole session, from initialize to the exit code, driven by the DAP client that VS Code's own adapters are tested
// with.
//
// PYTHON names the interpreter that runs the adapter (default: python3).
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { afterEach, beforeEach, describe, test } = require('node:test');
const { DebugClient } = require('@vscode/debugadapter-testsupport');

const CHECKOUT = path.resolve(__dirname, '..', '..');
const PYTHON = process.env.PYTHON || 'python3';
const PROGRAM = path.join(__dirname, 'basket.py');
const LINES = fs.readFileSync(PROGRAM, 'utf8').split('\n');

/** The number of the line that carries a mark. */
function line(mark) {
    const index = LINES.findIndex((text) => text.endsWith(`# @${mark}`));
    assert.notEqual(index, -1, `no mark ${mark}`);
    return index + 1;
}

/** What to launch, with the keys every client sends. */
function program(more) {
    return { type: 'python', request: 'launch', program: PROGRAM, console: 'internalConsole', ...more };
}

for (const [how, adapter] of [['python -m dapper.adapter', '-mdapper.adapter'],
    ['python PATH/dapper/adapter', path.join(CHECKOUT, 'dapper', 'adapter')]]) {
    describe(how, { timeout: 60000 }, () => {
        let client;
        let output;
        let connected;

        beforeEach(async () => {
            client = new DebugClient(PYTHON, adapter, 'python', { cwd: CHECKOUT }, true);
            client.defaultTimeout = 20000;
            output = '';
            client.on('output', (event) => { output += event.body.category === 'stdout' ? event.body.output : ''; });
            await client.start();
            connected = true;
        });
        afterEach(() => (connected ? client.stop() : client.stopAdapter()));

        /** Launches the program with a breakpoint at a mark and waits for the stop there; returns the thread. */
        async function stopAt(mark) {
            const [stopped] = await Promise.all([client.waitForEvent('stopped'),
                client.hitBreakpoint(program(), { path: PROGRAM, line: line(mark) })]);
            return stopped.body.threadId;
        }

        /** Sends a step and waits for the stop that follows; returns the top frame. */
        async function step(command, threadId) {
            const [stopped] = await Promise.all([client.waitForEvent('stopped'), client.send(command, { threadId })]);
            assert.equal(stopped.body.reason, 'step');
            return topFrame(threadId);
        }

        async function topFrame(threadId) {
            return (await client.stackTraceRequest({ threadId })).body.stackFrames[0];
        }

        async function locals(frameId) {
            const { scopes } = (await client.scopesRequest({ frameId })).body;
            const { variables } = (await client.variablesRequest(
                { variablesReference: scopes[0].variablesReference })).body;
            return new Map(variables.map((variable) => [variable.name, variable]));
        }

        test('runs a program without breakpoints to its exit code', async () => {
            const [exited] = await Promise.all([client.waitForEvent('exited'), client.waitForEvent('terminated'),
                client.configurationSequence(), client.launch(program())]);
            assert.equal(exited.body.exitCode, 3);
            assert.equal(output.replace(/\r/g, ''), 'total 11\n');
        });

        test('stops at a breakpoint, looks around, steps, changes a value and goes on', async () => {
            const threadId = await stopAt('add');
            const { threads } = (await client.threadsRequest()).body;
            assert.ok(threads.some((thread) => thread.id === threadId));

            const stack = (await client.stackTraceRequest({ threadId })).body.stackFrames;
            assert.deepEqual(stack.map((frame) => frame.name), ['price', '<module>']);
            assert.equal(stack[1].line, line('call'));

            const here = await locals(stack[0].id);
            assert.equal(here.get('cost').value, '6');
            assert.equal(here.get('name').value, "'tea'");
            const inside = (await client.variablesRequest(
                { variablesReference: here.get('basket').variablesReference })).body.variables;
            assert.ok(inside.some((variable) => variable.name === "'tea'" && variable.value === '2'));

            const watch = (expression) => client.evaluateRequest(
                { expression, frameId: stack[0].id, context: 'watch' });
            assert.equal((await watch('total + cost')).body.result, '6');
            await assert.rejects(watch('nothing'), /nothing/);

            const scopes = (await client.scopesRequest({ frameId: stack[0].id })).body.scopes;
            await client.setVariableRequest(
                { variablesReference: scopes[0].variablesReference, name: 'cost', value: '100' });
            assert.equal((await step('next', threadId)).line, line('add') - 2);
            assert.equal((await locals((await topFrame(threadId)).id)).get('total').value, '100');

            await client.setBreakpointsRequest({ source: { path: PROGRAM }, breakpoints: [] });
            const out = await step('stepOut', threadId);
            assert.deepEqual([out.name, out.line], ['<module>', line('call')]);

            const [exited] = await Promise.all([client.waitForEvent('exited'), client.continueRequest({ threadId })]);
            assert.equal(exited.body.exitCode, 3);
            assert.equal(output.replace(/\r/g, ''), 'total 105\n');
        });

        test('steps into a call from where it stopped on entry', async () => {
            const [stopped] = await Promise.all([client.waitForEvent('stopped'), client.configurationSequence(),
                client.launch(program({ stopOnEntry: true }))]);
            const { reason, threadId } = stopped.body;
            assert.equal(reason, 'entry');
            assert.equal((await topFrame(threadId)).name, '<module>');

            await client.setBreakpointsRequest({ source: { path: PROGRAM }, breakpoints: [{ line: line('call') }] });
            await Promise.all([client.assertStoppedLocation('breakpoint', { path: PROGRAM, line: line('call') }),
                client.continueRequest({ threadId })]);
            assert.equal((await step('stepIn', threadId)).name, 'price');
        });

        test('honours a condition', async () => {
            const [stopped] = await Promise.all([
                client.waitForEvent('stopped'),
                client.waitForEvent('initialized').then(async () => {
                    await client.setBreakpointsRequest({
                        source: { path: PROGRAM },
                        breakpoints: [{ line: line('cost'), condition: 'name == "bread"' }],
                    });
                    await client.configurationDoneRequest();
                }),
                client.initializeRequest().then(() => client.launchRequest(program())),
            ]);
            const frame = await topFrame(stopped.body.threadId);
            assert.equal(frame.line, line('cost'));
            assert.equal((await locals(frame.id)).get('name').value, "'bread'");
        });

        test('ends the program when the client disconnects', async () => {
            const frame = await topFrame(await stopAt('return'));
            const pid = Number((await client.evaluateRequest(
                { expression: '__import__("os").getpid()', frameId: frame.id, context: 'repl' })).body.result);
            await client.disconnectRequest({ terminateDebuggee: true });
            connected = false;
            await gone(pid);
            assert.equal(output, '');
        });
    });
}

/** Waits until no process has this id. */
async function gone(pid) {
    for (const end = Date.now() + 10000; Date.now() < end;) {
        try {
            process.kill(pid, 0);
        } catch {
            return;
        }
        await new Promise((resolve) => { setImmediate(resolve); });
    }
    assert.fail(`process ${pid} is still there`);
}
