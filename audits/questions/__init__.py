"""One file per question an audit can ask."""
