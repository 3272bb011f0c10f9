/** Sealed models as a read-only file system, over {@code /dev/fuse}. */
package dev.sallyport.fuse;
