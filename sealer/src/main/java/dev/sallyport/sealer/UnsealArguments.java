package dev.sallyport.sealer;

import dev.sallyport.core.BadInput;
import java.nio.file.Path;
import java.util.List;

/**
 * The command line: {@code --home DIR --order FILE --target DIR --signer KEYFILE}.
 *
 * @param order the envelope with all its signatures
 * @param target an empty directory
 * @param signer the key of the order's holder
 */
record UnsealArguments(Path home, Path order, Path target, Path signer) {
  static UnsealArguments parse(String[] args) throws BadInput {
    List<String> options = List.of("--home", "--order", "--target", "--signer");
    dev.sallyport.core.Arguments given =
        dev.sallyport.core.Arguments.parse(args, options, List.of());
    return new UnsealArguments(
        Path.of(given.need("--home")),
        Path.of(given.need("--order")),
        Path.of(given.need("--target")),
        Path.of(given.need("--signer")));
  }
}
