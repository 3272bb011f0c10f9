package dev.sallyport.scan;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** What a pickle may name: whatever is not here is a finding. */
final class PickleImports {
  /** What rebuilds tensors and plain values, and does nothing else. */
  private static final Set<String> HARMLESS =
      Set.of(
          "collections OrderedDict",
          "torch._utils _rebuild_tensor",
          "torch._utils _rebuild_tensor_v2",
          "torch._utils _rebuild_parameter",
          "torch._utils _rebuild_qtensor",
          "torch._utils _rebuild_sparse_tensor",
          "torch._utils _rebuild_meta_tensor_no_storage",
          "torch.nn.parameter Parameter",
          "torch Size",
          "torch device",
          "torch.storage UntypedStorage",
          "torch.storage TypedStorage",
          "numpy dtype",
          "numpy ndarray",
          "numpy.core.multiarray _reconstruct",
          "numpy.core.multiarray scalar",
          "numpy._core.multiarray _reconstruct",
          "numpy._core.multiarray scalar",
          "_codecs encode");

  private static final List<String> TORCH_TYPES =
      List.of(
          "Float",
          "Double",
          "Half",
          "BFloat16",
          "Byte",
          "Char",
          "Short",
          "Int",
          "Long",
          "Bool",
          "ComplexFloat",
          "ComplexDouble",
          "QInt8",
          "QUInt8",
          "QInt32",
          "QUInt4x2",
          "QUInt2x4",
          "Untyped");

  private static final Set<String> TORCH_DTYPES =
      Set.of(
          "float16",
          "float32",
          "float64",
          "bfloat16",
          "uint8",
          "int8",
          "int16",
          "int32",
          "int64",
          "bool",
          "complex64",
          "complex128",
          "float8_e4m3fn",
          "float8_e5m2",
          "qint8",
          "quint8",
          "qint32");

  /** Modules that reach the machine, or any code: named apart, for they are no accident. */
  private static final Set<String> DANGEROUS =
      Set.of(
          "os",
          "posix",
          "nt",
          "subprocess",
          "pty",
          "sys",
          "builtins",
          "__builtin__",
          "commands",
          "socket",
          "shutil",
          "runpy",
          "importlib",
          "imp",
          "ctypes",
          "_ctypes",
          "webbrowser",
          "urllib",
          "requests",
          "httplib",
          "http",
          "code",
          "codeop",
          "pdb",
          "bdb",
          "timeit",
          "cProfile",
          "profile",
          "pickle",
          "_pickle",
          "cloudpickle",
          "dill",
          "joblib",
          "marshal",
          "types",
          "inspect",
          "operator",
          "_operator",
          "functools",
          "_functools",
          "platform",
          "asyncio",
          "multiprocessing",
          "signal",
          "threading",
          "_thread",
          "pip",
          "pydoc",
          "venv",
          "zipimport",
          "tempfile",
          "io",
          "_io",
          "pathlib",
          "glob",
          "ssl",
          "smtplib",
          "ftplib",
          "telnetlib",
          "sqlite3",
          "distutils",
          "setuptools",
          "idlelib",
          "ensurepip",
          "lib2to3",
          "doctest",
          "trace",
          "gc",
          "atexit",
          "copyreg",
          "copy_reg",
          "site",
          "code_",
          "ast");

  private PickleImports() {}

  static boolean isHarmless(String module, String name) {
    if (HARMLESS.contains(module + " " + name)) {
      return true;
    }
    if (!module.equals("torch")) {
      return false;
    }
    return TORCH_DTYPES.contains(name)
        || (name.endsWith("Storage")
            && TORCH_TYPES.contains(name.substring(0, name.length() - "Storage".length())));
  }

  static Rule rule(String module) {
    String first = module.split("\\.", 2)[0].toLowerCase(Locale.ROOT);
    boolean known = DANGEROUS.stream().anyMatch(d -> d.equalsIgnoreCase(first));
    return known ? Rule.PICKLE_DANGEROUS_IMPORT : Rule.PICKLE_UNKNOWN_IMPORT;
  }

  /** All of it in one text, for the digest of the rules. */
  static String text() {
    return new TreeSet<>(HARMLESS)
        + " "
        + TORCH_TYPES
        + " "
        + new TreeSet<>(TORCH_DTYPES)
        + " "
        + new TreeSet<>(DANGEROUS);
  }
}
