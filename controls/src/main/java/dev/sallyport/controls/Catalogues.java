package dev.sallyport.controls;

import dev.sallyport.core.BadInput;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Every catalogue that an installation knows: the shipped ones, and its own. Immutable. */
public final class Catalogues {
  private final List<Catalogue> all;

  private Catalogues(List<Catalogue> all) {
    this.all = List.copyOf(all);
  }

  /** Those that are part of Sallyport; read once. */
  public static Catalogues shipped() {
    return Shipped.ALL;
  }

  /** Read when first asked for: most commands never do. */
  private static final class Shipped {
    private static final Catalogues ALL =
        new Catalogues(
            List.of(
                Catalogue.framework(),
                Catalogue.ownChecks(),
                Catalogue.protectionStages(),
                Catalogue.protectionDesign(),
                Catalogue.protectionLevel3()));

    private Shipped() {}
  }

  /** With one more; refused if it says anew what another one has said. */
  public Catalogues with(Catalogue own) throws BadInput {
    for (Catalogue known : all) {
      if (known.standard().equals(own.standard())) {
        throw new BadInput("standard \"" + own.standard() + "\" is there already");
      }
    }
    for (Control control : own.controls()) {
      Optional<Catalogue> known = of(control.id());
      if (known.isPresent()) {
        throw new BadInput(
            "id \"" + control.id() + "\" is a control of " + known.get().standard() + " already");
      }
    }
    List<Catalogue> more = new ArrayList<>(all);
    more.add(own);
    return new Catalogues(more);
  }

  /** In the order in which they were added. */
  public List<Catalogue> all() {
    return all;
  }

  public Optional<Control> control(String id) {
    return of(id).flatMap(c -> c.control(id));
  }

  /** The catalogue that has this control. */
  public Optional<Catalogue> of(String id) {
    return all.stream().filter(c -> c.control(id).isPresent()).findFirst();
  }

  /** The catalogues that an assessment must answer to speak for this control. */
  public List<Catalogue> showing(String id) {
    return all.stream().filter(c -> c.shows().filter(id::equals).isPresent()).toList();
  }
}
