#!/usr/bin/env python3
"""Refuse what the house rules refuse: CONTRIBUTING.md says why each rule is there.

    tools/tidy.py [TREE]

One line per finding, `file:line: what is wrong, what to do`; exit status 1 if there is any.
The rules read C as text, not as a compiler does. They lean on the layout that clang-format gives
every file here: a function's body opens and closes with a brace in the first column.
"""

import os
import re
import sys
from pathlib import Path

FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 1000
FILE_LINES_FREE = 600  # above it, the first comment gives the reason
README_LINES_MAX = 150
COLUMNS_MAX = 100

DISPATCH_MARK = 'tidy: dispatch'
LONG_FILE_MARK = 'over 600 lines because'
JOINED_MARK = '/* Made by tools/amalgamate.py '  # as long as its parts together
NAMELESS = {'utils', 'util', 'helpers', 'helper', 'common', 'misc', 'manager', 'core'}
# The log's level, and the faults that a test orders, reach calls deep inside every room.
STATEFUL_FILES = {'src/os/os_log.c', 'src/os/os_fault.c'}
UNIQUE_EXEMPT = {'meson.build', 'README.md'}

SKIPPED_FOLDERS = {'.git', '.dev', 'node_modules', '__pycache__', 'dist'}
C_SUFFIXES = {'.c', '.h'}
CODE_SUFFIXES = C_SUFFIXES | {'.py', '.sh', '.js', '.mjs', '.ts', '.svelte', '.css', '.bash'}
MEASURED_SUFFIXES = C_SUFFIXES | {'.py', '.sh', '.bash', '.build'}
SCRIPTS = {'dev', '.ci/run'}  # code without a suffix


# ---- Banned calls ----------------------------------------------------------------------------

def words(text):
    return text.split()


MEMORY_CALLS = words('malloc calloc realloc reallocarray free strdup strndup aligned_alloc '
                     'posix_memalign asprintf vasprintf getline')
TEXT_CALLS = words('strcpy strcat strncpy strncat stpcpy sprintf vsprintf strtok strtok_r atoi '
                   'atol atoll atof gets')
CLOCK_CALLS = words('time gettimeofday clock_gettime clock nanosleep clock_nanosleep sleep usleep')
CALENDAR_CALLS = words('localtime localtime_r gmtime gmtime_r mktime timegm strftime strptime '
                       'ctime tzset')
RANDOM_CALLS = words('rand rand_r random srand srandom drand48 getrandom getentropy arc4random')
FILE_CALLS = words('open openat creat close read write pread pwrite readv writev preadv pwritev '
                   'lseek fsync fdatasync syncfs sync_file_range fallocate posix_fallocate '
                   'ftruncate truncate rename renameat renameat2 link linkat unlink unlinkat '
                   'remove mkdir mkdirat rmdir opendir readdir closedir scandir stat fstat lstat '
                   'fstatat access chmod fchmod flock mmap munmap msync fopen fdopen freopen '
                   'fclose fread fwrite tmpfile mkstemp mkdtemp')
SOCKET_CALLS = words('socket socketpair bind listen accept accept4 connect send sendto sendmsg '
                     'recv recvfrom recvmsg poll select epoll_create1 epoll_ctl epoll_wait '
                     'eventfd pipe pipe2 getaddrinfo')
PROCESS_CALLS = words('fork vfork execv execve execvp execl execlp posix_spawn system popen kill '
                      'signal sigaction waitpid')
PTHREAD_PREFIX = 'pthread_'


def banned_calls():
    """Each banned name, with its family and what to call instead."""
    families = [
        ('memory', MEMORY_CALLS, 'use base/memory.h, or an arena'),
        ('text', TEXT_CALLS, 'use text_* or buffer_* of base'),
        ('os', CLOCK_CALLS, 'only os/ asks the clock: use os_*, or take the time as an argument'),
        ('os', CALENDAR_CALLS, 'libc knows one time zone: use base/calendar.h'),
        ('os', RANDOM_CALLS, 'only os/ asks for randomness: use os_*, or take a seed'),
        ('os', FILE_CALLS, 'only os/ touches files: use os_*'),
        ('os', SOCKET_CALLS, 'only os/ touches sockets: use os_*'),
        ('os', PROCESS_CALLS, 'only os/ touches processes: use os_*'),
    ]
    return {name: (family, advice) for family, names, advice in families for name in names}


BANNED_CALLS = banned_calls()
PTHREAD_BAN = ('os', 'only os/ touches threads and locks: use os_*')

# ---- Reading ---------------------------------------------------------------------------------

C_TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
DIRECTIVE = re.compile(r'^[ \t]*#(?:[^\n]*\\\n)*[^\n]*', re.M)
NOT_NEWLINE = re.compile(r'[^\n]')


def blank(text):
    """The same number of lines and columns, with nothing on them."""
    return NOT_NEWLINE.sub(' ', text) if '\n' in text else ' ' * len(text)


class Source:
    """One file: its text, and for C the text without comments, and without literals too."""

    def __init__(self, root, path):
        self.path = path  # relative to the tree, with slashes
        self.text = (root / path).read_text(encoding='utf-8', errors='replace')
        self.suffix = '.build' if path.endswith('meson.build') else os.path.splitext(path)[1]
        self.parts = path.split('/')
        self.name = self.parts[-1]
        self.is_c = self.suffix in C_SUFFIXES
        if self.is_c:
            self.separate()

    def separate(self):
        code, bare, end = [], [], 0
        self.comments = []  # (first line, last line, text)
        for token in C_TOKEN.finditer(self.text):
            between = self.text[end:token.start()]
            found, end = token.group(), token.end()
            empty = blank(found)
            is_comment = found[0] == '/'
            if is_comment:
                self.comments.append((token.start(), found))
            code += (between, empty if is_comment else found)
            bare += (between, empty)
        rest = self.text[end:]
        self.code = ''.join(code) + rest
        self.bare = ''.join(bare) + rest

    def line_of(self, offset):
        return self.text.count('\n', 0, offset) + 1

    def room(self):
        """The room a file of src/ or test/unit/ belongs to, or None."""
        if self.parts[0] == 'src' and len(self.parts) > 2:
            return self.parts[1]
        if self.parts[:2] == ['test', 'unit'] and len(self.parts) > 3:
            return self.parts[2]
        return None


class Tree:
    """Every file that the rules look at, read once, and what was found in them."""

    def __init__(self, root):
        self.root = Path(root)
        self.paths = sorted(walk(self.root))
        self.findings = set()
        self.sources = [Source(self.root, path) for path in self.paths if is_read(path)]
        self.house = self.read_house()

    def find(self, path, line, message):
        self.findings.add((path, line, message))

    def read_house(self):
        """Room name -> names of the rooms it may include; complains about a crooked list."""
        path = 'tools/house.txt'
        house = {}
        if not (self.root / path).exists():
            self.find(path, 1, 'the list of rooms is missing, write one')
            return house
        lines = (self.root / path).read_text(encoding='utf-8').splitlines()
        for number, line in enumerate(lines, 1):
            line = line.split('#')[0].strip()
            if not line:
                continue
            room, _, listed = line.partition(':')
            allowed = list(house) if listed.split() == ['*'] else listed.split()
            for name in allowed:
                if name not in house:
                    self.find(path, number, f'{room} lists {name}, which is not a room above it: '
                                            'arrows point down, move the line or drop the name')
            house[room.strip()] = set(allowed)
        return house


def walk(root):
    for folder, folders, names in os.walk(root):
        top = Path(folder) == root
        folders[:] = [name for name in folders if name not in SKIPPED_FOLDERS
                      and not (top and name.startswith('build'))]
        inside = os.path.relpath(folder, root)
        for name in names:
            yield name if inside == '.' else f'{inside}/{name}'


def is_read(path):
    return (os.path.splitext(path)[1] in CODE_SUFFIXES or path in SCRIPTS
            or path.endswith('meson.build'))


# ---- Rules about one file --------------------------------------------------------------------

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">\n]+)[">]', re.M)


def check_includes(tree, source):
    """The arrows: a room includes itself and the rooms on its line."""
    room = source.room()
    if room is None or room not in tree.house:
        return
    allowed = tree.house[room] | {room}
    for match in INCLUDE.finditer(source.code):
        quote, target = match.groups()
        message = wrong_include(tree, source, room, allowed, quote, target)
        if message:
            tree.find(source.path, source.line_of(match.start(2)), message)


def wrong_include(tree, source, room, allowed, quote, target):
    is_test = source.parts[0] == 'test'
    first, slash, _ = target.partition('/')
    if quote == '<':
        if slash and first in tree.house:
            return f'<{target}> is ours, write it in quotes'
        return None
    if not slash:
        if is_test and (tree.root / source.path).with_name(target).exists():
            return None
        return f'"{target}" does not name its room, write it from src/: "room/{target}"'
    if first == 'support' and is_test:
        return None
    if first not in tree.house:
        return f'"{target}" is in no room of tools/house.txt, write the path from src/'
    if first not in allowed:
        return (f'{room} may not include {first}, ask a room of its line in tools/house.txt, '
                'or change the design first')
    if target.endswith('_internal.h') and (first != room or is_test):
        return f'"{target}" is private to {first}, use its public header'
    return None


def check_functions(tree, source):
    """Functions fit on a page, but for a flat dispatcher that says so."""
    lines = source.bare.split('\n')
    raw = None
    begin = None
    for number, line in enumerate(lines):
        if line.rstrip() == '{':
            begin = first_line_of_signature(lines, number)
        elif begin is not None and line.startswith('}'):
            count = number - begin + 1
            if count > FUNCTION_LINES_MAX:
                raw = raw or source.text.split('\n')
                if DISPATCH_MARK not in comment_above(raw, begin):
                    tree.find(source.path, begin + 1,
                              f'a function of {count} lines, split it until none is over '
                              f'{FUNCTION_LINES_MAX}')
            begin = None


def first_line_of_signature(lines, brace):
    """Up from the brace over what belongs to it: blank lines, ends and directives stop."""
    first = brace
    while first > 0:
        above = lines[first - 1].rstrip()
        if not above or above[0] in '}#' or above[-1] in ';':
            break
        first -= 1
    return first


def comment_above(raw, begin):
    last = begin
    while begin > 0 and raw[begin - 1].strip() and not raw[begin - 1].startswith(('}', '#')):
        begin -= 1
        if raw[begin].lstrip().startswith('/*'):
            break
    return '\n'.join(raw[begin:last])


CALL = re.compile(r'\b([a-z_]\w*)[ \t]*\(')


def check_calls(tree, source):
    """Calls that have a better door. Text calls are refused everywhere, the others in src/."""
    in_src = source.parts[0] == 'src'
    exempt = set()
    if not in_src:
        exempt = {'memory', 'os'}
    elif source.path.startswith('src/os/'):
        exempt = {'os'}
    elif source.path == 'src/base/memory.c':
        exempt = {'memory'}
    for match in CALL.finditer(source.bare):
        name = match.group(1)
        ban = BANNED_CALLS.get(name)
        if ban is None and name.startswith(PTHREAD_PREFIX):
            ban = PTHREAD_BAN
        if ban is None or ban[0] in exempt or is_member(source.bare, match.start()):
            continue
        advice = ban[1] if in_src else 'use a call that takes a bound: snprintf, strtol'
        tree.find(source.path, source.line_of(match.start()), f'{name}() is banned, {advice}')


def is_member(bare, start):
    before = bare[max(0, start - 2):start]
    return before.endswith('.') or before == '->'


# Rooms that hold bytes nobody has filtered yet. What could write them somewhere is not for them
# (spec/shield.md T8), but for files that never see a record: they open, count, watch.
RAW_ROOMS = {'wire', 'shield', 'enrich'}
RAW_DOORS = re.compile(r'os/os_(?:file|log|socket|folder)\.h')
RAW_EXEMPT = re.compile(r'src/(?:enrich/enrich|shield/shield(?:_(?:finding|watch)\w*)?)\.c')
STREAM_CALL = re.compile(r'\b(?:v?f?printf|f?puts|f?putc|putchar|perror|syslog)[ \t]*\(')


def check_raw(tree, source):
    """Unfiltered bytes reach no file, no log and no stream."""
    if source.parts[0] != 'src' or source.room() not in RAW_ROOMS:
        return
    if RAW_EXEMPT.fullmatch(source.path):
        return
    for match in INCLUDE.finditer(source.code):
        if RAW_DOORS.fullmatch(match.group(2)):
            tree.find(source.path, source.line_of(match.start(2)),
                      f'"{match.group(2)}" where unfiltered bytes are: hand up a status or a count')
    for match in STREAM_CALL.finditer(source.bare):
        tree.find(source.path, source.line_of(match.start()),
                  f'{match.group().rstrip("(").strip()}() where unfiltered bytes are: hand up a '
                  'status or a count')


TYPEDEF = re.compile(r'\btypedef\s+(?:struct|union)\b')


def check_typedefs(tree, source):
    for match in TYPEDEF.finditer(source.bare):
        tree.find(source.path, source.line_of(match.start()),
                  'typedef of a struct, let every use say "struct"')


ATTRIBUTE = re.compile(r'__attribute__\s*\(\(.*?\)\)|\b_Alignas\s*\([^)]*\)', re.S)
POINTER_VARIABLE = re.compile(r'\(\s*\*\s*(const\b)?\s*\w+\s*(?:\[[^\]]*\]\s*)*\)\s*\(')
NOT_VARIABLE = re.compile(r'(?:typedef|_Static_assert|static_assert)\b'
                          r'|(?:struct|union|enum)\b\s*\w*\s*(?:\{\})?\s*$')
TYPE_AND_NAME = re.compile(r'[\w}][\s*]+\w')


def check_variables(tree, source):
    """State hides in variables that outlive a call; app/ wires what there is."""
    if (source.parts[0] != 'src' or source.path.startswith('src/app/')
            or source.path in STATEFUL_FILES):
        return
    text = DIRECTIVE.sub(lambda match: blank(match.group()), source.bare)
    for offset, statement in file_scope_statements(text):
        if is_mutable(statement):
            tree.find(source.path, source.line_of(offset),
                      'a mutable variable at file scope, pass it in a struct or make it const')
    for match in re.finditer(r'^[ \t]+static\b([^;={}\n]*)', text, re.M):
        if is_mutable('static' + match.group(1)):
            tree.find(source.path, source.line_of(match.start() + 1),
                      'a mutable static variable, pass it in a struct or make it const')


def file_scope_statements(text):
    """(offset, words) of each declaration outside all braces; braced parts become `{}`."""
    depth, start, parts = 0, 0, []
    for match in re.finditer(r'[{};]', text):
        char, at = match.group(), match.start()
        if depth == 0:
            parts.append(text[start:at])
            offset = offset if len(parts) > 1 else start + indent_of(text[start:at])
        start = match.end()
        if char == '{':
            depth += 1
            parts += ['{}'] if depth == 1 else []
        elif char == '}':
            first_column = at == 0 or text[at - 1] == '\n'
            depth = 0 if first_column else max(0, depth - 1)
            head = parts[0] if parts else ''
            if depth == 0 and '(' in head and '=' not in head:
                parts = []  # the end of a function
        elif depth == 0:
            yield offset, ''.join(parts).strip()
            parts = []


def indent_of(text):
    return len(text) - len(text.lstrip())


def is_mutable(statement):
    """Whether a declaration defines a variable that can change."""
    statement = ATTRIBUTE.sub(' ', statement).strip()
    head = statement.split('=')[0].rstrip()
    if NOT_VARIABLE.match(head) or (statement.startswith('extern') and '=' not in statement):
        return False
    paren, bracket = head.find('('), head.find('[')
    if paren >= 0 and (bracket < 0 or paren < bracket):
        pointer = POINTER_VARIABLE.match(head, paren)
        return pointer is not None and pointer.group(1) is None
    if not TYPE_AND_NAME.search(head):
        return False
    return 'const' not in re.findall(r'\w+', head[head.rfind('*') + 1:])


UNNUMBERED = re.compile(r'\b(TO' + r'DO|FIX' + r'ME|XX' + r'X)\b(?!\s*\(?#\d)')


def check_lines(tree, source):
    """Width, length and loose ends."""
    lines = source.text.split('\n')
    if source.suffix in MEASURED_SUFFIXES or source.path in SCRIPTS:
        for number, line in enumerate(lines, 1):
            if len(line) > COLUMNS_MAX:
                tree.find(source.path, number,
                          f'{len(line)} columns, break the line at {COLUMNS_MAX}')
    for match in UNNUMBERED.finditer(source.text):
        tree.find(source.path, source.line_of(match.start()),
                  f'{match.group(1)} without a number, do it or write {match.group(1)}(#123)')
    count = len(lines) - (lines[-1] == '')
    if source.text.startswith(JOINED_MARK):
        return
    if count > FILE_LINES_MAX:
        tree.find(source.path, 1, f'{count} lines, split the file: {FILE_LINES_MAX} is the wall')
    elif count > FILE_LINES_FREE and LONG_FILE_MARK not in first_comment(source):
        tree.find(source.path, 1, f'{count} lines, split the file or begin it with a comment that '
                                  f'says "{LONG_FILE_MARK} …"')


def first_comment(source):
    text = source.comments[0][1] if source.is_c and source.comments else source.text[:2000]
    return ' '.join(text.replace('*', ' ').replace('#', ' ').split())


# ---- Rules about the tree --------------------------------------------------------------------

QUOTED = re.compile(r"'([^'\n]*)'")


def check_listed(tree):
    """A .c file that no meson.build lists is dead, and nobody notices."""
    listed = set()
    for source in tree.sources:
        if source.name != 'meson.build':
            continue
        folder = os.path.dirname(source.path)
        for line in source.text.split('\n'):
            for name in QUOTED.findall(line.split('#')[0]):
                path = os.path.normpath(os.path.join(folder, name))
                listed |= {path, path + '.c'}
    for source in tree.sources:
        if (source.suffix == '.c' and source.path.startswith(('src/', 'test/unit/'))
                and source.path not in listed):
            tree.find(source.path, 1, 'no meson.build lists this file, add it or delete it')


def check_unique_names(tree):
    seen = {}
    for path in tree.paths:
        name = os.path.basename(path)
        if not path.startswith('src/') or name in UNIQUE_EXEMPT:
            continue
        if name in seen:
            tree.find(path, 1, f'{seen[name]} has the same name, put the room into this one')
        seen.setdefault(name, path)


def check_rooms(tree):
    """Every folder of src/ is a room with a name, a line in the house and a README."""
    rooms = {}
    for path in tree.paths:
        folders = path.split('/')[:-1]
        for name in folders[1:] if folders[:1] == ['src'] else []:
            if name in NAMELESS:
                tree.find(path, 1, f'a folder called {name} has no job, find what it is for and '
                                   'name it so')
        if path.startswith('src/') and len(folders) > 1:
            rooms.setdefault(folders[1], []).append(path)
    for room, paths in rooms.items():
        if room not in tree.house:
            tree.find(paths[0], 1, f'{room} is no room yet, give it a line in tools/house.txt')
        check_readme(tree, room, paths)


def check_readme(tree, room, paths):
    readme = f'src/{room}/README.md'
    if readme not in paths:
        if any(path.endswith('.c') for path in paths):
            tree.find(readme, 1, f'{room} has code and no README, write what it is for')
        return
    count = (tree.root / readme).read_text(encoding='utf-8', errors='replace').count('\n')
    if count > README_LINES_MAX:
        tree.find(readme, README_LINES_MAX + 1,
                  f'{count} lines, a README stays within {README_LINES_MAX}: move detail to the '
                  'headers')


C_RULES = [check_includes, check_functions, check_calls, check_raw, check_typedefs,
           check_variables]
TREE_RULES = [check_listed, check_unique_names, check_rooms]


def tidy(root):
    """All findings in the tree, in the order of files and lines."""
    tree = Tree(root)
    for source in tree.sources:
        check_lines(tree, source)
        if source.is_c:
            for rule in C_RULES:
                rule(tree, source)
    for rule in TREE_RULES:
        rule(tree)
    return sorted(tree.findings)


def main(arguments):
    if len(arguments) > 1 or arguments[:1] == ['--help']:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    root = arguments[0] if arguments else Path(__file__).resolve().parent.parent
    findings = tidy(root)
    for path, line, message in findings:
        print(f'{path}:{line}: {message}')
    return 1 if findings else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
