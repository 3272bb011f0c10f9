package dev.sallyport.keys;

/** Somebody whose signature counts, as pinned in the trust root. */
public record Person(String name, Role role, VerifyingKey key) {}
