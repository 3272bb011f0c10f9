/** The keeper: leases, decrypts, runs the inference server (spec/key-release.md §§4-5). */
package dev.sallyport.keeper;
