"""Checkpoints assembled opcode by opcode from a seed: as torch.save writes them, as it could write them, and as only a person would.

All opcodes, all rebuild calls with ordinary and odd arguments, all containers. The values are plain tensors and containers: nothing but
builders of torch, collections, NumPy and Python's own types is named, so that loading a file only builds data.

`checkpoint(seed, index)` gives the bytes of one file and the kind of its container; the same two numbers give the same bytes.

Usage: python3 reading_generator.py FOLDER SEED COUNT
"""
import sys

if {"-h", "--help"} & set(sys.argv[1:]):
    sys.exit(print(__doc__))

import io
import random
import struct
import zipfile

MARK, STOP, POP, DUP, POP_MARK, NONE, TRUE, FALSE = b"(", b".", b"0", b"2", b"1", b"N", b"\x88", b"\x89"
REDUCE, NEWOBJ, NEWOBJ_EX, OBJ, BUILD = b"R", b"\x81", b"\x92", b"o", b"b"
SETITEM, SETITEMS, APPEND, APPENDS, ADDITEMS = b"s", b"u", b"a", b"e", b"\x90"
EMPTY_DICT, EMPTY_LIST, EMPTY_TUPLE, EMPTY_SET, FROZENSET = b"}", b"]", b")", b"\x8f", b"\x91"
MAGIC = bytes.fromhex("6cfc9c46f9206aa85019")
KINDS = {"FloatStorage": ("f", 4), "DoubleStorage": ("d", 8), "LongStorage": ("q", 8), "IntStorage": ("i", 4), "ByteStorage": ("B", 1),
         "HalfStorage": ("e", 2), "UntypedStorage": ("B", 1)}
DTYPES = {"FloatStorage": "float32", "DoubleStorage": "float64", "LongStorage": "int64", "IntStorage": "int32", "ByteStorage": "uint8",
          "HalfStorage": "float16", "UntypedStorage": "uint8"}
CODES = {"f4": "float32", "f8": "float64", "i4": "int32", "i8": "int64", "u1": "uint8", "f2": "float16"}
KEYS = ["w", "v", "b", "conv.weight", "\u00e9", "e\u0301", "A", "\\u0041", "0", "w ", "layer.0.bias"]


class Pickle:
    """The opcodes of one pickle. `odd` is how often a part differs from what torch writes."""

    def __init__(self, r, odd, protocol, legacy=False):
        self.r, self.odd, self.protocol, self.legacy = r, odd, protocol, legacy
        self.memo, self.storages, self.shared = 0, {}, []

    def chance(self, p):
        return self.r.random() < p

    def strange(self, scale=1.0):
        return self.r.random() < self.odd * scale

    # numbers, texts, names

    def whole(self, n):
        ways = [b"J" + struct.pack("<i", n)] if -2**31 <= n < 2**31 else []
        if 0 <= n < 256:
            ways += [b"K" + bytes([n])] * 2
        if 0 <= n < 65536:
            ways.append(b"M" + struct.pack("<H", n))
        size = max(1, (n.bit_length() + 8) // 8)
        ways.append(b"\x8a" + bytes([size]) + n.to_bytes(size, "little", signed=True))
        if self.strange() or not ways:
            wide = size + self.r.randrange(12)
            ways = [b"\x8b" + struct.pack("<i", wide) + n.to_bytes(wide, "little", signed=True), b"\x8a" + bytes([wide]) + n.to_bytes(wide, "little", signed=True),
                    b"I%d\n" % n, b"L%dL\n" % n, b"L%d\n" % n]
            if self.strange(2):
                ways = [b"I%s\n" % t for t in (b"0%d" % n, b"0x%x" % (n & 0xffff), b" %d" % n, b"%d " % n, b"+%d" % n, b"%d_0" % n, b"%dL" % n, b"0o%o" % abs(n), b"%d\r" % n, b"%d\0" % n)]
                ways += [b"L%s\n" % t for t in (b"0x%xL" % abs(n), b"%dl" % n, b"0%dL" % n, b" %dL" % n)] + [b"F%d\n" % n, b"F%d.0\n" % n]
        return self.r.choice(ways)

    def flag(self, value):
        if not self.strange(0.5):
            return TRUE if value else FALSE
        return self.r.choice([b"I0%d\n" % value, b"K" + bytes([value]), NONE, b"I%d\n" % value, b"I0%d\r\n" % value, b"I 1\n", self.text("x"), EMPTY_LIST])

    def real(self, x):
        if not self.strange():
            return b"G" + struct.pack(">d", x)
        return b"F" + self.r.choice([repr(x).encode(), b" 1.5", b"1_0.5", b"0x1p3", b"1e999", b"nan", b"-inf", b"Infinity", b"1.", b".5", b"+2.5", b"1e2"]) + b"\n"

    def text(self, s):
        raw = s.encode("utf-8")
        ways = [b"X" + struct.pack("<I", len(raw)) + raw]
        if self.strange():
            if len(raw) < 256:
                ways += [b"\x8c" + bytes([len(raw)]) + raw, b"U" + bytes([len(raw)]) + raw]
            ways += [b"\x8d" + struct.pack("<Q", len(raw)) + raw, b"T" + struct.pack("<i", len(raw)) + raw]
            ways += [b"V" + s.encode("raw_unicode_escape").replace(b"\n", b"\\u000a") + b"\n"]
            if self.strange(2):
                escaped = [b"\\u%04x" % ord(c) if ord(c) < 65536 else b"\\U%08x" % ord(c) for c in s]
                ways += [b"V" + b"".join(escaped) + b"\n", b"V\\\\" + b"".join(escaped) + b"\n", b"V\\\\\\u0041" + s.encode("latin-1", "replace") + b"\n", b"V\\\n",
                         b"V\\ud83d\\ude00\n", b"V\\u+041\n", b"V\\x41\n", b"V" + s.encode("latin-1", "replace") + b"\r\n"]
                hexes = b"".join(b"\\x%02x" % c for c in raw)
                ways += [b"S'" + hexes + b"'\n", b'S"' + hexes + b'"\n', b"S'\\101\\w'\n", b"S'w\\q'\n", b"S'\\x+1'\n", b"S'\\7777'\n", b"S' w'\n", b"S'w' \n", b"S'w\\\n"]
        return self.r.choice(ways)

    def raw(self, data):
        ways = [b"B" + struct.pack("<I", len(data)) + data, b"\x8e" + struct.pack("<Q", len(data)) + data]
        if len(data) < 256:
            ways.append(b"C" + bytes([len(data)]) + data)
        if self.strange():
            latin = data.decode("latin-1").encode("utf-8")
            text = b"X" + struct.pack("<I", len(latin)) + latin
            ways = [self.call("_codecs", "encode", text, self.text(self.r.choice(["latin1", "latin-1", "utf-8", "ascii", "LATIN1", "utf-16"]))), b"\x96" + struct.pack("<Q", len(data)) + data,
                    self.call("builtins", "bytearray", text, self.text("latin-1")), self.call("builtins", "bytes", self.list([self.whole(b) for b in data[:20]]))]
        return self.r.choice(ways)

    def name(self, module, attribute):
        if self.protocol >= 4 and self.chance(0.5):
            return self.text(module) + self.text(attribute) + b"\x93"
        if self.strange(0.1) and module.count("."):
            head, tail = module.rsplit(".", 1)
            return b"c%s\n%s.%s\n" % (head.encode(), tail.encode(), attribute.encode())
        return b"c%s\n%s\n" % (module.encode(), attribute.encode()) if not self.strange(0.05) else b"c%s\r\n%s\n" % (module.encode(), attribute.encode())

    # memo and stack

    def keep(self, part):
        """A value that is memoized, and sometimes fetched again right away or under a different number."""
        n = self.memo
        if not self.strange(0.3):
            self.memo += 1
        put = self.r.choice([b"q" + bytes([n])] * 3 + [b"r" + struct.pack("<I", n), b"p%d\n" % n]) if n < 256 else b"r" + struct.pack("<I", n)
        get = b"h" + bytes([n]) if n < 256 else b"j" + struct.pack("<I", n)
        self.shared.append(get)
        if self.strange(0.3):
            return part + put + POP + self.r.choice([get, b"g%d\n" % n if n < 256 else get])
        return part + put

    def noise(self):
        if not self.strange(0.3):
            return b""
        return self.r.choice([MARK + POP, MARK + self.whole(1) + POP_MARK, self.whole(2) + DUP + POP + POP, b"\x80\x02", EMPTY_LIST + POP, MARK + self.text("w") + POP + POP])

    # containers

    def tuple(self, parts):
        n = len(parts)
        joined = b"".join(parts)
        if n == 0:
            return EMPTY_TUPLE if not self.strange() else MARK + b"t"
        if n <= 3 and self.chance(0.6):
            return joined + bytes([0x84 + n])
        if self.strange(0.2):
            return self.r.choice([self.call("builtins", "tuple", self.list(parts)), self.list(parts), self.list(parts)])
        return MARK + joined + b"t"

    def list(self, parts):
        if self.strange(0.5):
            return self.r.choice([MARK + b"".join(parts) + b"l", EMPTY_LIST + b"".join(p + APPEND for p in parts), self.call("builtins", "list", self.tuple(parts)),
                                  self.name("builtins", "list") + EMPTY_TUPLE + NEWOBJ + MARK + b"".join(parts) + APPENDS])
        half = len(parts) // 2
        return EMPTY_LIST + MARK + b"".join(parts[:half]) + APPENDS + MARK + b"".join(parts[half:]) + APPENDS

    def fill(self, pairs):
        """Opcodes that set the pairs on the object on the stack."""
        if self.chance(0.2):
            return b"".join(self.noise() + k + v + SETITEM for k, v in pairs)
        return MARK + b"".join(k + v for k, v in pairs) + SETITEMS if pairs or self.strange() else b""

    def dict(self, pairs, plain=False):
        """A dictionary of the pairs (of opcodes), in any of its spellings."""
        if plain or not self.strange():
            start = self.keep(EMPTY_DICT) if self.chance(0.5) else self.keep(self.call("collections", "OrderedDict"))
            return start + self.fill(pairs)
        cut = self.r.randrange(len(pairs) + 1)
        given, rest = pairs[:cut], pairs[cut:]
        as_pairs = [self.r.choice([self.tuple, self.list])([k, v]) for k, v in given]
        initial = self.r.choice([lambda: self.list(as_pairs), lambda: self.tuple(as_pairs), lambda: self.dict(given, plain=True), lambda: self.call("builtins", "set", self.list(as_pairs)),
                                 lambda: EMPTY_SET + MARK + b"".join(as_pairs) + ADDITEMS, lambda: NONE])()
        which = self.r.choice([("collections", "OrderedDict")] * 3 + [("builtins", "dict"), ("collections", "Counter"), ("collections", "defaultdict"), ("__builtin__", "dict")])
        arguments = [initial]
        if which[1] == "defaultdict":
            arguments = [self.r.choice([NONE, self.name("builtins", "list"), self.name("builtins", "dict"), self.whole(1)]), *([initial] if self.chance(0.5) else [])]
        if self.strange(0.3):
            arguments.append(self.whole(3))
        target = self.name(*which)
        start = self.r.choice([lambda: target + self.tuple(arguments) + REDUCE] * 4 + [
            lambda: target + self.tuple(arguments) + NEWOBJ, lambda: target + EMPTY_TUPLE + NEWOBJ, lambda: target + self.tuple(arguments) + EMPTY_DICT + NEWOBJ_EX,
            lambda: MARK + target + b"".join(arguments) + OBJ, lambda: MARK + b"".join(arguments) + b"i%s\n%s\n" % (which[0].encode(), which[1].encode()),
            lambda: MARK + b"".join(k + v for k, v in given) + b"d", lambda: self.late(target, as_pairs)])()
        return self.keep(start) + self.fill(rest) + (self.state() if self.strange(0.5) else b"")

    def late(self, target, as_pairs):
        """The call is given a list that is filled afterwards, or half before and half after."""
        n, cut = self.memo, self.r.randrange(len(as_pairs) + 1)
        self.memo += 1
        if n > 255:
            return target + EMPTY_TUPLE + REDUCE
        get = b"h" + bytes([n])
        before = EMPTY_LIST + b"q" + bytes([n]) + MARK + b"".join(as_pairs[:cut]) + APPENDS
        return before + POP + target + get + b"\x85" + REDUCE + get + MARK + b"".join(as_pairs[cut:]) + APPENDS + POP

    def state(self):
        """BUILD with a dictionary as its state."""
        pairs = [(self.text(self.r.choice(["_metadata", "note", "items", "keys", "__setstate__", "w"])), self.dict([], plain=True))]
        return self.dict(pairs, plain=True) + BUILD if self.chance(0.8) else self.r.choice([NONE, self.tuple([NONE, self.dict(pairs, plain=True)]), EMPTY_LIST]) + BUILD

    # calls

    def call(self, module, attribute, *arguments):
        return self.name(module, attribute) + (MARK + b"".join(arguments) + b"t" if len(arguments) > 3 or self.chance(0.5) else b"".join(arguments) + bytes([0x84 + len(arguments)]) if arguments else EMPTY_TUPLE) + REDUCE

    def storage(self):
        """A persistent id, of a storage that a different tensor also uses or of a new one: opcodes, class, number of elements."""
        if self.storages and self.chance(0.3):
            key = self.r.choice(list(self.storages))
            kind, count = self.storages[key]
        else:
            key, kind, count = str(len(self.storages)), self.r.choice(["FloatStorage"] * 6 + list(KINDS)), self.r.choice([6, 6, 6, 12, 1, 0])
            self.storages[key] = kind, count
        said_kind, said_count, said_key = kind, count, self.text(key)
        if self.strange(0.2):
            said_kind = self.r.choice(list(KINDS))
        if self.strange(0.2):
            said_count = self.r.choice([0, count - 1 if count else 3, count + 1, 2 * count])
        if self.strange(0.2):
            said_key = self.r.choice([self.whole(int(key)), TRUE, self.text(self.r.choice(list(self.storages))), self.text("00"), self.text("\u00e9")])
        module = self.r.choice(["torch"] * 8 + ["torch.cuda", "torch.storage", "foo"]) if self.strange(0.2) else "torch"
        parts = [self.text("storage"), self.name(module, said_kind), said_key, self.text(self.r.choice(["cpu"] * 8 + ["cuda:0", "meta"]) if self.strange(0.2) else "cpu"), self.whole(said_count)]
        if self.legacy:
            view = NONE
            if self.chance(0.2):
                start = self.r.randrange(count + 1)
                length = self.r.randrange(count - start + 1) if not self.strange(0.3) else count + 2
                view = self.tuple([self.text(self.r.choice(["v0", "v1", "v%d" % self.r.randrange(99)] + (["0", "1"] if self.strange() else []))), self.whole(start), self.whole(length)])
                count = length
            parts.append(view)
        elif self.strange(0.05):
            parts.append(NONE)
        return (MARK + b"".join(parts) + b"t" if not self.strange(0.05) else self.list(parts)) + b"Q", kind, count

    def shape(self, count):
        if count >= 6 and self.chance(0.7):
            sizes, strides = self.r.choice([((2, 3), (3, 1)), ((2, 3), (1, 2)), ((6,), (1,)), ((3,), (2,)), ((2, 2), (1, 1)), ((4, 3), (0, 1)), ((1, 6), (7, 1)), ((2, 0), (3, 1)), ((), ())])
        elif count:
            sizes, strides = self.r.choice([((1,), (1,)), ((), ()), ((3, 1), (0, 0))])
        else:
            sizes, strides = (0,), (1,)
        offset = 0
        if self.chance(0.2) and sizes in ((3,), (1,), ()):
            offset = 1
        if self.strange(0.3):
            offset, sizes, strides = self.r.choice([(offset, sizes, tuple(-s for s in strides)), (-1, sizes, strides), (99, sizes, strides), (offset, sizes + (1,), strides), (offset, sizes, strides[::-1]), (2, sizes, strides)])
        return offset, sizes, strides

    def sizes(self, numbers):
        parts = [self.whole(n) for n in numbers]
        if self.strange(0.2):
            return self.r.choice([self.list(parts), self.call("torch", "Size", self.tuple(parts)), self.call("torch", "Size", self.list(parts)), self.tuple(parts + [self.whole(1)])])
        return self.tuple(parts)

    def hooks(self):
        if not self.strange(0.3):
            return self.call("collections", "OrderedDict")
        return self.r.choice([NONE, EMPTY_DICT, self.dict([(self.text("a"), self.whole(1))], plain=True), self.whole(0), EMPTY_LIST])

    def metadata(self):
        value = lambda: self.r.choice([TRUE, FALSE, self.whole(1), NONE, self.whole(0)]) if self.strange(2) else self.r.choice([TRUE, FALSE])
        key = lambda: self.text(self.r.choice(["neg"] * 4 + ["conj", "other"]))
        if self.strange(0.3):
            return self.r.choice([NONE, self.whole(1), EMPTY_LIST, EMPTY_TUPLE, self.call("collections", "OrderedDict"), FALSE])
        return self.dict([(key(), value()) for _ in range(self.r.choice([0, 1, 1, 2]))], plain=not self.strange(0.3))

    def strided(self):
        stored, kind, count = self.storage()
        offset, sizes, strides = self.shape(count)
        arguments = [stored, self.whole(offset), self.sizes(sizes), self.sizes(strides)]
        grad = self.flag(kind in ("FloatStorage", "DoubleStorage") and self.chance(0.3))
        way = self.r.choice(["_rebuild_tensor"] + ["_rebuild_tensor_v2"] * 6 + ["_rebuild_tensor_v3"])
        if way != "_rebuild_tensor":
            arguments += [grad, self.hooks()]
        if way == "_rebuild_tensor_v3":
            arguments.append(self.name("torch", self.r.choice(list(DTYPES.values()) + ["float", "bool", "int8", "bfloat16", "Tensor"]) if self.strange(2) else DTYPES[kind]))
        if way != "_rebuild_tensor" and self.chance(0.2):
            arguments.append(self.metadata())
        if self.strange(0.1):
            arguments.append(self.whole(5)) if self.chance(0.5) else arguments.pop()
        return self.call("torch._utils", way, *arguments), DTYPES[kind]

    def array(self):
        code = self.r.choice(["f4"] * 4 + list(CODES))
        order = self.r.choice(["<", "<", "<", ">", "|", "="]) if self.strange(2) else "<"
        sizes = self.r.choice([(6,), (2, 3), (3, 2), (1,), ()])
        count = 1
        for n in sizes:
            count *= n
        data = struct.pack(f"{'>' if order == '>' else '<'}{count}{ {'f4': 'f', 'f8': 'd', 'i4': 'i', 'i8': 'q', 'u1': 'B', 'f2': 'e'}[code]}", *range(1, count + 1))
        if self.strange(0.2):
            data = self.r.choice([data[:-1], data + b"\0", b""])
        spelt = self.r.choice([code] * 6 + ["<" + code, ">" + code, CODES[code]]) if self.strange() else code
        kind = self.call("numpy", "dtype", self.text(spelt), *(self.r.choice([[FALSE, TRUE], [self.whole(0), self.whole(1)], [FALSE, FALSE]] if not self.strange(0.3) else [[], [TRUE], [TRUE, TRUE], [NONE, NONE]])))
        width = self.whole(-1) if not self.strange(0.1) else self.whole(4)
        kind += self.tuple([self.whole(self.r.choice([3, 3, 4])), self.text(order), NONE, NONE, NONE, width, self.whole(-1), self.whole(0)]) + BUILD
        numpy = self.r.choice(["numpy.core", "numpy.core", "numpy._core"])
        if self.chance(0.2):
            return self.call(numpy + ".numeric", "_frombuffer", self.raw(data), kind, self.sizes(sizes), self.text(self.r.choice("CCFKA")), *([NONE] if self.strange(0.2) else [])), CODES[code]
        empty = self.call(numpy + ".multiarray", "_reconstruct", self.name("numpy", self.r.choice(["ndarray"] * 9 + ["matrix"]) if self.strange(0.2) else "ndarray"), self.tuple([self.whole(0)]), self.raw(b"b"))
        state = [self.whole(1), self.sizes(sizes), kind, self.flag(self.chance(0.3)), self.raw(data)]
        return empty + self.tuple(state) + BUILD, CODES[code]

    def tensor(self, depth=0):
        """Opcodes of a tensor built by one of torch's calls, and sometimes changed afterwards."""
        way = self.r.choice(["strided"] * 10 + ["parameter"] * 3 + ["type", "state", "cpu", "numpy", "numpy", "again", "nested", "class"])
        if way == "again" and self.shared:
            return self.r.choice(self.shared)
        if way == "nested" and depth == 0 and self.protocol < 6 and self.chance(0.5):
            return self.nested()
        body, dtype = self.array() if way == "numpy" else self.strided()
        if depth < 2 and self.strange(0.2):
            body = self.tensor(depth + 1)
        attributes = lambda: self.dict([(self.text(self.r.choice(["note", "data", "requires_grad", "grad", "real", "names", "_w", "T", "__class__"])), self.r.choice([lambda: self.strided()[0], lambda: TRUE, lambda: NONE, lambda: self.whole(3)])())
                                        for _ in range(self.r.choice([0, 0, 1]))], plain=True)
        if way == "parameter":
            body = self.call("torch._utils", "_rebuild_parameter", body, self.flag(dtype in ("float32", "float64") and self.chance(0.5)), self.hooks())
        elif way == "state":
            body = self.call("torch._utils", "_rebuild_parameter_with_state", body, self.flag(False), self.hooks(), attributes() if not self.strange() else self.r.choice([NONE, self.tuple([attributes(), attributes()]), EMPTY_LIST]))
        elif way == "class":
            target = self.name("torch.nn.parameter", "Parameter")
            more = [self.flag(False)] if self.chance(0.7) or "float" not in dtype else []
            body = self.r.choice([target + self.tuple([body, *more]) + REDUCE, target + self.tuple([body, *more]) + NEWOBJ])
        elif way == "type":
            stored, kind, count = self.storage()
            offset, sizes, strides = self.shape(count)
            inner = self.tuple([stored, self.whole(offset), self.sizes(sizes), self.sizes(strides), FALSE, self.hooks()])
            body = self.call("torch._tensor", "_rebuild_from_type_v2", self.name("torch._utils", self.r.choice(["_rebuild_tensor_v2"] * 6 + ["_rebuild_tensor"])), self.name(*self.r.choice([("torch", "Tensor"), ("torch.nn.parameter", "Parameter")])), inner, attributes())
        elif way in ("cpu", "numpy"):
            said = dtype if not self.strange() else self.r.choice(list(CODES.values()) + ["float", "half"])
            body = self.call("torch._utils", "_rebuild_device_tensor_from_cpu_tensor" if way == "cpu" else "_rebuild_device_tensor_from_numpy", body,
                             self.name("torch", said) if not self.strange(0.2) else NONE, self.text("cpu"), self.flag(False))
        return self.touched(self.keep(body) if self.chance(0.4) else body)

    def touched(self, body):
        if not self.strange(0.4):
            return body
        stored, _, count = self.storage()
        offset, sizes, strides = self.shape(count)
        whole_state = lambda: self.tuple([stored, self.whole(offset), self.sizes(sizes), self.sizes(strides)])
        touch = self.r.choice([lambda: whole_state() + BUILD, lambda: self.tuple([FALSE, NONE, self.hooks()]) + BUILD, lambda: self.dict([(self.text("note"), TRUE)], plain=True) + BUILD, lambda: self.whole(0) + self.whole(7) + SETITEM,
                               lambda: MARK + self.whole(0) + self.real(2.5) + SETITEMS, lambda: MARK + SETITEMS, lambda: MARK + APPENDS, lambda: self.whole(1) + APPEND,
                               lambda: self.tuple([self.strided()[0], FALSE, FALSE, FALSE, self.hooks()]) + BUILD, lambda: MARK + self.whole(1) + ADDITEMS])()
        # On the tensor itself, or on a second one with the same bytes that is then dropped.
        return body + touch if self.chance(0.7) or not self.storages else body + self.strided()[0] + touch + POP

    def nested(self):
        inner = Pickle(self.r, self.odd * 0.3, 2, legacy=True)
        pickled = inner.whole_pickle(inner.strided()[0])
        return self.call("torch.storage", "_load_from_bytes", self.raw(legacy(inner, pickled)))

    # the whole

    def root(self):
        pairs = [(self.text(k), self.noise() + self.tensor()) for k in self.r.sample(KEYS, self.r.choice([1, 2, 2, 3, 4]))]
        if self.strange(0.5):
            pairs.append((self.r.choice([pairs[0][0], self.text("w"), self.whole(0), self.call("builtins", "str", self.text("w")),
                                         self.call("numpy.core.multiarray", "scalar", self.call("numpy", "dtype", self.text("U1"), FALSE, TRUE) + self.tuple([self.whole(3), self.text("<"), NONE, NONE, NONE, self.whole(4), self.whole(4), self.whole(8)]) + BUILD, self.raw(b"w\0\0\0"))]), self.tensor()))
        body = self.dict(pairs)
        if self.chance(0.2):
            body = self.dict([(self.text("state_dict"), body), (self.text("epoch"), self.whole(self.r.randrange(300))), (self.text("loss"), self.list([self.real(0.5), self.real(1.5)]))], plain=not self.strange(0.3))
        return self.noise() + body

    def whole_pickle(self, body):
        head = b"\x80" + bytes([self.protocol]) if self.protocol >= 2 else b""
        if self.protocol < 4:
            return head + body + STOP
        return head + frames(self.r, body + STOP, self.strange())


def frames(r, body, broken):
    """The body in one frame, as Python's pickler writes a short one, or split into frames at any byte, as no pickler does."""
    if not broken:
        return b"\x95" + struct.pack("<Q", len(body)) + body
    out, at = b"", 0
    while at < len(body):
        size = r.choice([1, 2, 3, 5, 8, 20, 60, len(body)])
        out += b"\x95" + struct.pack("<Q", r.choice([size] * 6 + [size + 1, max(0, size - 1), 1 << 40])) + body[at:at + size]
        at += size
    return out


def contents(kind, count, value):
    letter, _ = KINDS[kind]
    return struct.pack(f"<{count}{letter}", *(value + i for i in range(count)))


def stored(pickle):
    """The bytes of each storage; no two have the same numbers."""
    return {key: contents(kind, count, 10 * (number + 1)) for number, (key, (kind, count)) in enumerate(pickle.storages.items())}


def zipped(pickle, body):
    r, root = pickle.r, "archive/" if not pickle.strange(0.3) else pickle.r.choice(["Archive/", "a/b/", "", "w/"])
    spell = lambda name: name.upper() if pickle.strange(0.1) else name
    entries = [(root + spell("data.pkl"), pickle.whole_pickle(body))]
    if pickle.chance(0.8):
        order = r.choice([b"big", b"little\n", b"LITTLE", b""]) if pickle.strange(0.2) else b"little"
        entries.append((root + spell("byteorder"), order))
    entries += [(root + spell(f"data/{key}"), data) for key, data in stored(pickle).items()]
    entries.append((root + spell("version"), b"3\n"))
    if pickle.strange(0.2):
        entries.append(r.choice([(root + "DATA.PKL", b"\x80\x02}."), ("zz/data.pkl", b"\x80\x02}."), (root + "Data/0", bytes(24)), ("ARCHIVE/byteorder", b"big"), (root + "constants.pkl", b"\x80\x02).")]))
    if pickle.strange(0.2):
        r.shuffle(entries)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED if pickle.chance(0.1) else zipfile.ZIP_STORED) as z:
        for name, data in entries:
            if name not in z.namelist():
                z.writestr(zipfile.ZipInfo(name), data, compress_type=z.compression)
        if pickle.strange(0.1):
            z.comment = r.choice([b"a comment", b"PK\x05\x06", bytes(30)])
    tail = b""
    if pickle.strange(0.2):
        tail = r.choice([bytes(8), b"\n", b"some words", b"PK\x05\x06", b"PK\x05\x06" + bytes(18), out.getvalue()[-22:], out.getvalue()])
    return out.getvalue() + tail


def legacy(pickle, body, first=b""):
    """Five pickles and the storages, as `torch.save(..., _use_new_zipfile_serialization=False)` writes them. `body` is a whole pickle."""
    r = pickle.r
    head = b"\x80\x02\x8a\x0a" + MAGIC + STOP + b"\x80\x02M\xe9\x03."
    facts = pickle.dict([(pickle.text("protocol_version"), pickle.whole(1001)), (pickle.text("little_endian"), TRUE)], plain=True)
    data = stored(pickle)
    keys = list(data)
    if pickle.strange(0.3):
        r.shuffle(keys)
    said = [pickle.text(k) if not pickle.strange(0.1) else pickle.whole(int(k)) for k in keys]
    if said and pickle.strange(0.1):
        said.pop()
    body = head + b"\x80\x02" + facts + STOP + body + b"\x80\x02" + pickle.list(said) + STOP
    for key in keys:
        kind, count = pickle.storages[key]
        body += struct.pack("<q", count) + data[key]
    return body


def tar_header(label, size, kind=b"0", digits=None, prefix=b"", checksum=None):
    h = bytearray(512)
    for at, field in ((0, label), (100, b"0000644\0"), (108, b"0000000\0"), (116, b"0000000\0"), (124, digits or b"%011o\0" % size),
                      (136, b"00000000000\0"), (148, b" " * 8), (156, kind), (257, b"ustar\x0000"), (345, prefix)):
        h[at:at + len(field)] = field
    h[148:156] = (checksum or (lambda n: b"%06o\0 " % n))(sum(h))
    return bytes(h)


def tarred(pickle, odd):
    """torch's oldest container: storages, tensors, pickle."""
    r = pickle.r
    strange = lambda scale=1.0: r.random() < odd * scale

    def member(name, data, **more):
        if strange(0.3):
            more = r.choice([{"digits": b"%o\0%o\0" % (len(data) >> 3, len(data) & 7)}, {"prefix": b"x"}, {"kind": b"\0"}, {"kind": b"7"}, {"digits": b"\x80" + len(data).to_bytes(11, "big")}, {"digits": b"%011o " % len(data)}, {"digits": b" %9o  " % len(data)}])
        return tar_header(name, len(data), **more) + data + bytes(-len(data) % 512)

    def members(value, prefix=b""):
        pickle.storages = {}
        count, head = r.choice([1, 2]), lambda: b"\x80\x02"
        storages = head() + pickle.whole(count) + STOP
        for i in range(count):
            key = pickle.whole(i) if not strange(0.2) else pickle.text(str(i))
            storages += head() + MARK + key + pickle.text("cpu") + pickle.name("torch", "FloatStorage") + b"t" + STOP
            storages += struct.pack("<q", 6) + struct.pack("<6f", *(value + 10 * i + j for j in range(6)))
        views = pickle.list([pickle.tuple([pickle.whole(50), pickle.whole(0), pickle.whole(2), pickle.whole(3)])]) if r.random() < 0.3 else EMPTY_LIST
        storages += head() + views + STOP
        tensors = head() + pickle.whole(count) + STOP
        for i in range(count):
            tensors += head() + pickle.tuple([pickle.whole(100 + i), pickle.whole(50) if views != EMPTY_LIST and i else pickle.whole(i), pickle.name("torch", "FloatTensor")]) + STOP
            rank, strides, offset = r.choice([((2, 3), (3, 1), 0), ((3,), (1,), 0), ((2,), (1,), 1), ((), (), 2), ((3,), (2,), 1)])
            tensors += struct.pack("<ii", len(rank), 0) + struct.pack(f"<{2 * len(rank) + 1}q", *rank, *strides, offset)
        tid = lambda i: pickle.r.choice([pickle.text(str(100 + i)), pickle.whole(100 + i)]) + b"Q" if not strange(0.2) else b"P%d\n" % (100 + i)
        pickled = head() + pickle.dict([(pickle.text(k), tid(i)) for i, k in enumerate(["w", "v"][:count])], plain=not strange()) + STOP
        return b"".join(member(prefix + n, d) for n, d in ((b"storages", storages), (b"tensors", tensors), (b"pickle", pickled)))

    end = bytes(1024)
    if strange(0.5):
        inner = members(20.0) + end
        return r.choice([lambda: tar_header(b"d/", len(inner), kind=b"5") + inner + members(1.0) + end, lambda: members(1.0, prefix=r.choice([b"./", b"/", b"x/../", b"./././"])) + inner,
                         lambda: members(1.0) + inner, lambda: inner + members(1.0) + end, lambda: tar_header(b"d/", 0, kind=b"5") + inner])()
    return members(1.0) + end


def legacy_and_tar(pickle, body):
    """The legacy container with the fields of a tar header in its third pickle: the first 512 bytes are valid as both."""
    whole = legacy(pickle, body)
    head = bytearray(b"\x80\x02\x8a\x0a" + MAGIC + STOP + b"\x80\x02M\xe9\x03." + b"\x80\x02")
    padding = 512 - len(head) - 5
    fields = bytearray(head + b"B" + struct.pack("<I", padding) + bytes(padding))
    fields[124:136] = b"%011o\0" % 0
    fields[148:156], fields[156:157], fields[257:265] = b" " * 8, b"0", b"ustar\x0000"
    fields[148:156] = pickle.r.choice([b"%06o\0 ", b"%o      ", b"0o%o\0 \0"])[:8] % sum(fields) if pickle.chance(0.7) else b"\x80" + sum(fields).to_bytes(7, "big")
    rest = whole[len(head) - 2:]
    # The rest begins with the real facts; they are dropped, and the invented third pickle replaces them.
    facts_end = rest.index(STOP) + 1
    inner = tarred(Pickle(pickle.r, 0, 2), 0)
    return bytes(fields) + b"." + bytes(0) + rest[facts_end:] if pickle.chance(0.3) else bytes(fields[:512]) + b"." + rest[facts_end:] + inner


def bare(r, odd, protocol):
    """A plain pickle, whose tensors are NumPy arrays or contain their own bytes."""
    pickle = Pickle(r, odd, protocol)
    pairs = []
    for k in r.sample(KEYS, r.choice([1, 2, 3])):
        if r.random() < 0.7:
            body, dtype = pickle.array()
            body = pickle.call("torch._utils", "_rebuild_device_tensor_from_numpy", body, pickle.name("torch", dtype), pickle.text("cpu"), pickle.flag(False))
        else:
            body = pickle.nested()
        pairs.append((pickle.text(k), body))
    return pickle.whole_pickle(pickle.dict(pairs))


def checkpoint(seed, index):
    """One file: its bytes and the kind of its container."""
    r = random.Random(f"{seed}/{index}")
    odd = r.choice([0.0, 0.01, 0.02, 0.02, 0.05, 0.05, 0.1, 0.25])
    protocol = r.choice([2, 2, 2, 2, 0, 1, 3, 4, 5])
    kind = r.choice(["zip"] * 6 + ["legacy"] * 3 + ["tar"] * 2 + ["pickle"])
    if kind == "tar":
        return tarred(Pickle(r, odd, 2), odd), kind
    if kind == "pickle":
        return bare(r, odd, protocol), kind
    pickle = Pickle(r, odd, protocol, legacy=kind == "legacy")
    body = pickle.root()
    if kind == "zip":
        return zipped(pickle, body), kind
    if pickle.strange(0.05):
        return legacy_and_tar(pickle, pickle.whole_pickle(body)), kind
    return legacy(pickle, pickle.whole_pickle(body)), kind


if __name__ == "__main__":
    import sys
    from pathlib import Path
    if len(sys.argv) != 4:
        sys.exit("usage: reading_generator.py FOLDER SEED COUNT")
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(int(sys.argv[3])):
        data, kind = checkpoint(sys.argv[2], number)
        (folder / f"{number:06}-{kind}.pth").write_bytes(data)
