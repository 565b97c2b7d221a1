"""One module per courier, each declaring COURIER; plain Python 3.10, so that the bot box can read them too."""
