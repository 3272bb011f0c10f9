/** Main: leases, decrypts, runs the inference server. */
package dev.sallyport.keeper;
