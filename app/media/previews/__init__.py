"""What is shown of footage in a browser: stills, a strip of them, the sound's outline, a film that plays anywhere."""
