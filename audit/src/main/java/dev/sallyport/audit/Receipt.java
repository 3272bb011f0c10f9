package dev.sallyport.audit;

/** Says that an entry is durable at this index, counted from 0. */
public record Receipt(long index, Entry entry) {}
