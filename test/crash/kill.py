#!/usr/bin/env python3
"""kill.py CANDOR [ROUNDS] [SEED]: kill -9 under load, again and again.

Each round starts the server on a folder, sends events from several connections, kills the process
at a random moment, starts it again and looks: every event that was answered 1 is there exactly
once, no event is there twice, and none was made up. What was sent without an answer is sent again,
as clients do, and then must be there exactly once, too. Profile updates ride along: an $add that
was answered is in the sum once.

A server that flushes more slowly than events come answers 503, and with small limits on a slow
disk this happens. What it refused must not be there, until the client has sent it again.

Some rounds stop the server by its kill and import a file instead, killed at a random moment too.
The events of an import that printed its result are acknowledged; those of a killed one may be there
or not, and the file is imported again in a later round: what was stored is not stored twice.

Every few rounds the folder is a new one; some have small limits, so that flushes, recycled log
files and compacted profile files fall under the knife as well. The last line is
`N passed, N failed`; the seed is printed and repeats the choices (the moments depend on the
machine, too).
"""

import http.client
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

CONNECTIONS = 4
IMPORT_SHARE = 0.3  # of the rounds
IMPORT_EVENTS = [200, 5000, 30000]
ROUNDS_PER_FOLDER = 20
START_SECONDS_MAX = 30
REFUSED_PAUSE_SECONDS = 0.02  # the server asks for a second; a round is shorter
PEOPLE = ['counter'] + [f'user-{i}' for i in range(20)] + [f'$device:{i}' for i in range(20)]


class Failure(Exception):
    pass


class Server:
    """A server on a data folder, started anew after every kill."""

    def __init__(self, candor, folder, settings):
        self.candor = candor
        self.folder = folder
        self.environment = {**os.environ, **settings}
        self.process = None
        self.port = None

    def start(self):
        self.process = subprocess.Popen(
            [self.candor, 'serve', '--data', self.folder, '--listen', '127.0.0.1:0'],
            stdout=subprocess.PIPE, stderr=open(os.path.join(self.folder, '..', 'log'), 'ab'),
            env=self.environment)
        alarm = threading.Timer(START_SECONDS_MAX, self.process.kill)
        alarm.start()
        line = self.process.stdout.readline().decode()
        alarm.cancel()
        if not line.startswith('listening on http://127.0.0.1:'):
            raise Failure(f'the server did not start: {line!r}')
        self.port = int(line.rsplit(':', 1)[1])

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=10)
        self.process.stdout.close()
        if code != 0:
            raise Failure(f'the server ended with {code} on SIGTERM')

    def verb(self, *arguments, data=None):
        done = subprocess.run([self.candor, *arguments, '--data', self.folder], input=data,
                              env=self.environment, capture_output=True, check=False)
        if done.returncode != 0:
            raise Failure(f'candor {arguments[0]}: {done.stderr.decode().strip()}')
        return done.stdout


class Sender(threading.Thread):
    """One connection that sends batches until the server dies."""

    def __init__(self, port, token, seed, name, pending):
        super().__init__(daemon=True)
        self.port = port
        self.token = token
        self.random = random.Random(seed)
        self.name_prefix = name
        self.pending = pending  # (ids, body) of an earlier round, to be sent again first
        self.acknowledged = []  # insert_ids
        self.unanswered = None  # the batch under way when the server died
        self.adds = 0           # answered profile additions
        self.adds_doubtful = 0
        self.refused = 0        # requests answered 503
        self.failure = None
        self.serial = 0

    def batch(self):
        count = self.random.choice([1, 1, 2, 10, 50, 200])
        ids = []
        for _ in range(count):
            ids.append(f'{self.name_prefix}-{self.serial}')
            self.serial += 1
        return ids

    def new_request(self):
        ids = self.batch()
        return ids, self.body(ids)

    def body(self, ids):
        now = time.time()
        return json.dumps([{
            'event': self.random.choice(['View', 'Add', 'Buy']),
            'properties': {'token': self.token, '$insert_id': name, 'time': now,
                           'distinct_id': self.random.choice(PEOPLE),
                           'price': self.random.randrange(1000) / 100,
                           'note': 'x' * self.random.randrange(200)}} for name in ids])

    def run(self):
        connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=20)
        try:
            while True:
                if self.random.random() < 0.1:
                    self.send_addition(connection)
                    continue
                again = self.pending.pop() if self.pending else None
                ids, body = again or self.new_request()
                self.unanswered = ids, body
                taken = self.post(connection, '/track', body)
                self.unanswered = None
                if taken:
                    self.acknowledged.extend(ids)
                else:
                    self.pending.append((ids, body))
        except Failure as failure:
            self.failure = str(failure)
        except (OSError, http.client.HTTPException):
            pass  # killed
        finally:
            connection.close()

    def send_addition(self, connection):
        self.adds_doubtful += 1
        body = json.dumps({'$token': self.token, '$distinct_id': 'counter',
                           '$add': {'visits': 1}})
        taken = self.post(connection, '/engage', body)
        self.adds_doubtful -= 1
        self.adds += taken

    def post(self, connection, path, body):
        """Whether the server took it; if not, it said when to come again."""
        connection.request('POST', path, body, {'Content-Type': 'application/json'})
        answer = connection.getresponse()
        text = answer.read()
        if answer.status == 503 and answer.getheader('Retry-After'):
            self.refused += 1
            time.sleep(REFUSED_PAUSE_SECONDS)
            return False
        if answer.status != 200 or text != b'1':
            raise Failure(f'{path} answered {answer.status}')
        return True


class Folder:
    """What a data folder must hold, over the rounds that it lives."""

    def __init__(self, candor, seed):
        self.random = random.Random(seed)
        self.place = tempfile.mkdtemp(prefix='candor-kill-')
        self.candor = candor
        settings = {}
        if self.random.random() < 0.6:  # flush, recycle and compact under fire
            rows = self.random.choice([50, 500, 2000, 10000])
            settings = {'CANDOR_STORE_MEMTABLE_ROWS': str(rows),
                        'CANDOR_WAL_BYTES_MAX': str(1 << 20)}
        self.server = Server(candor, os.path.join(self.place, 'data'), settings)
        self.acknowledged = set()
        self.sent = set()
        self.pending = []
        self.pending_import = None  # (ids, path) of a killed one
        self.imports_killed = 0
        self.refused = 0
        self.adds = 0
        self.adds_doubtful = 0
        self.server.verb('init', '--json')
        made = json.loads(self.server.verb('project', 'create', 'crash', '--json'))
        self.token = made['token']

    def remove(self):
        shutil.rmtree(self.place)

    def round(self, number):
        if self.random.random() < IMPORT_SHARE:
            self.import_round(number)
        else:
            self.serve_round(number)
        self.look()

    def new_import(self, number):
        """A file of events of several days, some of them sent to the server before."""
        ids = [f'i{number}-{i}' for i in range(self.random.choice(IMPORT_EVENTS))]
        path = os.path.join(self.place, f'import-{number}')
        now = time.time()
        with open(path, 'w') as out:
            for name in ids:
                out.write(json.dumps({
                    'event': self.random.choice(['View', 'Add', 'Buy']),
                    'properties': {'$insert_id': name,
                                   'time': int(now - self.random.randrange(2 * 24 * 3600)),
                                   'distinct_id': self.random.choice(PEOPLE),
                                   'price': self.random.randrange(1000) / 100}}) + '\n')
        return ids, path

    def import_round(self, number):
        ids, path = self.pending_import or self.new_import(number)
        self.sent.update(ids)
        self.pending_import = ids, path
        process = subprocess.Popen(
            [self.candor, 'import', '--project', 'crash', '--json', path, '--data',
             self.server.folder], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=self.server.environment)
        time.sleep(self.random.choice([0.02, 0.06, 0.2]) * (0.3 + self.random.random()))
        process.kill()
        said, complaint = process.communicate()
        if process.returncode not in (0, -signal.SIGKILL):
            raise Failure(f'candor import: {complaint.decode().strip()}')
        self.imports_killed += process.returncode != 0
        if not said.endswith(b'\n'):
            return
        done = json.loads(said)
        if done['stored'] + done['duplicate'] != len(ids):
            raise Failure(f'an import of {len(ids)} events told of {done}')
        self.acknowledged.update(ids)
        self.pending_import = None

    def serve_round(self, number):
        self.server.start()
        senders = [Sender(self.server.port, self.token, self.random.random(), f'r{number}c{i}',
                          self.pending[i::CONNECTIONS]) for i in range(CONNECTIONS)]
        for sender in senders:
            sender.start()
        time.sleep(self.random.choice([0.02, 0.1, 0.3]) * (0.5 + self.random.random()))
        self.server.kill()
        self.pending = []
        for sender in senders:
            sender.join()
            if sender.failure:
                raise Failure(sender.failure)
            self.note(sender)

    def note(self, sender):
        self.acknowledged.update(sender.acknowledged)
        self.sent.update(sender.acknowledged)
        if sender.unanswered:
            self.sent.update(sender.unanswered[0])
            self.pending.append(sender.unanswered)
        self.pending.extend(sender.pending)
        self.refused += sender.refused
        self.adds += sender.adds
        self.adds_doubtful += sender.adds_doubtful

    def look(self):
        """The folder after the kill: read by a verb that opens it (and so replays its log)."""
        day = 24 * 3600
        now = time.time()
        dates = [time.strftime('%Y-%m-%d', time.gmtime(now + d * day)) for d in (-3, 2)]
        lines = self.server.verb('export', '--project', 'crash', '--from', dates[0],
                                 '--to', dates[1]).splitlines()
        counts = {}
        for line in lines:
            name = json.loads(line)['properties']['$insert_id']
            counts[name] = counts.get(name, 0) + 1
        lost = [name for name in self.acknowledged if name not in counts]
        doubled = [name for name, count in counts.items() if count > 1]
        invented = [name for name in counts if name not in self.sent]
        if lost or doubled or invented:
            raise Failure(f'{len(lost)} acknowledged events lost, {len(doubled)} doubled, '
                          f'{len(invented)} invented, of {len(self.acknowledged)}; '
                          f'for example {(lost + doubled + invented)[:3]}')
        self.acknowledged.update(counts)  # unanswered, but there: from now on they must stay
        self.look_at_sum()

    def look_at_sum(self):
        total = self.count({'all': []})
        if total != len(self.acknowledged):
            raise Failure(f'a question counts {total} events, the export {len(self.acknowledged)}')
        counter = {'person': ['counter']}
        visits = {'property': 'visits', 'of': 'profile',
                  'between': [self.adds, self.adds + self.adds_doubtful]}
        if self.adds > 0 and self.count({'all': [counter, visits]}) != self.count(counter):
            raise Failure(f'the sum of profile additions is not between {self.adds} and '
                          f'{self.adds + self.adds_doubtful}')

    def count(self, where):
        plan = {'kind': 'trend', 'project': 'crash', 'unit': 'total', 'where': where,
                'time': {'last': {'count': 4, 'unit': 'day'}},
                'measures': [{'event': '*', 'count': 'events'}]}
        answer = json.loads(self.server.verb('query', '-', '--format', 'json',
                                             data=json.dumps(plan).encode()))
        return answer['rows'][0][-1]

    def final_look(self):
        self.server.start()
        self.server.stop()
        self.look()
        self.server.verb('verify')


def main():
    candor = os.path.abspath(sys.argv[1])
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(1 << 32)
    print(f'kill -9 at {rounds} random moments, seed {seed}')
    passed = failed = events = imports = refused = 0
    chance = random.Random(seed)
    folder = None
    for number in range(rounds):
        if folder is None:
            folder = Folder(candor, chance.random())
        try:
            folder.round(number)
            if (number + 1) % ROUNDS_PER_FOLDER == 0 or number + 1 == rounds:
                folder.final_look()
                events += len(folder.acknowledged)
                imports += folder.imports_killed
                refused += folder.refused
                folder.remove()
                folder = None
            passed += 1
        except Failure as failure:
            failed += 1
            print(f'round {number}: {failure}; its folder is kept: {folder.place}')
            folder = None
    print(f'{events} events acknowledged, each there once; {imports} imports killed; '
          f'{refused} requests refused with 503 and sent again')
    print(f'{passed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
