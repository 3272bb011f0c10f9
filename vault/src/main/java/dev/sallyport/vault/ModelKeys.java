package dev.sallyport.vault;

import dev.sallyport.core.BadInput;
import dev.sallyport.custody.CarryKey;
import dev.sallyport.custody.DataKeys;
import dev.sallyport.keys.Secret;
import org.jspecify.annotations.Nullable;

/**
 * The keys that open one version of a model: its data key and, if files of earlier versions are
 * used again, the carry key that holds theirs. So they open what the manifest of this version names
 * and nothing else of the earlier ones (spec/sealed-weights.md §5). Closing wipes both.
 */
public final class ModelKeys implements AutoCloseable {
  private final Secret data;
  private final @Nullable CarryKey carry;

  private ModelKeys(Secret data, @Nullable CarryKey carry) {
    this.data = data;
    this.carry = carry;
  }

  /** Keys of a version all of whose files are its own; takes the secret over. */
  public static ModelKeys of(Secret data) {
    return new ModelKeys(data, null);
  }

  /** Takes both secrets over. */
  public static ModelKeys of(Secret data, Secret carry) {
    return new ModelKeys(data, new CarryKey(carry));
  }

  /** The key of one file, which the caller closes. */
  Secret fileKey(SealedFile file) throws BadInput {
    if (file.carried().isEmpty()) {
      return DataKeys.fileKey(data, file.index(), file.name());
    }
    if (carry == null) {
      throw new BadInput(
          file.place() + ": comes from an earlier version, and no carry key is here");
    }
    return carry.unwrap(
        file.carried().get().wrapped(), DataKeys.carriedContext(file.index(), file.name()));
  }

  @Override
  public void close() {
    data.close();
    if (carry != null) {
      carry.close();
    }
  }
}
