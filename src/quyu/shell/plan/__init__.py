"""`quyu plan`: from a user's own order file to a plan, its workbook, its document and its certificate."""
