/** Model-file scanners: bytes to findings. They open nothing that a file asks them to run. */
package dev.sallyport.scan;
