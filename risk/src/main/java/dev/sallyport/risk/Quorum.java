package dev.sallyport.risk;

import dev.sallyport.keys.Person;
import dev.sallyport.keys.Role;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Distinct approvers and how long each one's yes lasts. */
final class Quorum {
  private record Yes(Person person, Instant until) {}

  private final Map<String, Yes> byName = new TreeMap<>();

  /** Counts a person once, with the latest of their approvals. */
  void add(Person person, Instant until) {
    byName.merge(
        person.name(), new Yes(person, until), (a, b) -> a.until.compareTo(b.until) >= 0 ? a : b);
  }

  int size() {
    return byName.size();
  }

  /**
   * The instant at which fewer than {@code needed} people, or no security administrator, will be
   * left; empty if it is so already. Time alone never moves it.
   */
  Optional<Instant> lapses(int needed) {
    List<Yes> longestFirst =
        byName.values().stream().sorted(Comparator.comparing(Yes::until).reversed()).toList();
    int count = 0;
    boolean security = false;
    for (Yes yes : longestFirst) {
      count++;
      security |= yes.person.role() == Role.SECURITY_ADMIN;
      if (count >= needed && security) {
        return Optional.of(yes.until);
      }
    }
    return Optional.empty();
  }
}
