package dev.sallyport.vault;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Bounded;
import dev.sallyport.keys.TrustRoot;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * The store of sealed models: {@code vault/MODEL/VERSION/}. What stands there is complete; sealing
 * works in {@code vault/MODEL/.staging-VERSION/} and publishes by renaming.
 *
 * @param directory {@code HOME/vault}
 */
public record Vault(Path directory) {
  static final String STAGING = ".staging-";
  private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,14}");

  /** Where a version of a model is, or would be. */
  public Path path(ModelName model, long version) {
    return directory.resolve(model.value()).resolve(Long.toString(version));
  }

  /** Every model there is a directory for. */
  public List<ModelName> models() throws IOException, BadInput {
    List<ModelName> names = new ArrayList<>();
    if (Files.isDirectory(directory)) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
        for (Path entry : entries) {
          names.add(ModelName.parse(String.valueOf(entry.getFileName())));
        }
      }
    }
    names.sort(Comparator.comparing(ModelName::value));
    return names;
  }

  /** The published versions of a model, ascending; none if there is no such model. */
  public List<Long> versions(ModelName model) throws IOException {
    return numbered(model, "");
  }

  /** Opens a published version. */
  public SealedModel open(ModelName model, long version, TrustRoot root)
      throws IOException, BadInput {
    Path path = path(model, version);
    if (!Files.isDirectory(path)) {
      throw new BadInput(model + " version " + version + " is not in the vault");
    }
    return SealedModel.open(path, root);
  }

  /**
   * Takes the model's lock and finds the version to seal: the one asked for, else the next.
   *
   * @throws BadInput if the version is not above all that are published or were begun
   */
  public Staging stage(ModelName model, OptionalLong version) throws IOException, BadInput {
    Path home = directory.resolve(model.value());
    Disk.createDirectories(home);
    return Staging.open(this, model, version);
  }

  /** The wrapped data key of a sealing that was begun and can go on. */
  public Optional<byte[]> draft(ModelName model, long version) throws IOException, BadInput {
    Path draft = directory.resolve(model.value()).resolve(STAGING + version).resolve(Staging.DRAFT);
    return Files.exists(draft)
        ? Optional.of(Bounded.read(draft, Staging.MAX_DRAFT))
        : Optional.empty();
  }

  /** Versions whose sealing was begun and not published, ascending. */
  public List<Long> begun(ModelName model) throws IOException {
    return numbered(model, STAGING);
  }

  private List<Long> numbered(ModelName model, String prefix) throws IOException {
    List<Long> versions = new ArrayList<>();
    Path home = directory.resolve(model.value());
    if (Files.isDirectory(home)) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(home)) {
        for (Path entry : entries) {
          String name = String.valueOf(entry.getFileName());
          if (name.startsWith(prefix)
              && NUMBER.matcher(name.substring(prefix.length())).matches()) {
            versions.add(Long.parseLong(name.substring(prefix.length())));
          }
        }
      }
    }
    versions.sort(Long::compare);
    return versions;
  }
}
